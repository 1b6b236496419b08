import { useLayoutEffect, useRef } from 'preact/hooks';

/** A list of links of which more can be asked for: the first that is new takes the focus, since the button may be gone. */
export function useMore(count: number, ask: () => void) {
  const list = useRef<HTMLUListElement>(null);
  const seen = useRef<number | null>(null);
  useLayoutEffect(() => {
    if (seen.current === null || count <= seen.current) return;
    list.current!.querySelectorAll('a')[seen.current].focus();
    seen.current = null;
  }, [count]);

  function showMore() {
    seen.current = count;
    ask();
  }

  return { list, showMore };
}
