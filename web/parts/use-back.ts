import { useEffect } from 'preact/hooks';

const covered = 'covered';

/** While something covers the page, going back closes it: on a phone that is how one leaves. */
export function useBack(close: () => void) {
  useEffect(() => {
    history.pushState(covered, '');
    addEventListener('popstate', close);
    return () => {
      removeEventListener('popstate', close);
      if (history.state === covered) history.back();
    };
  }, []);
}
