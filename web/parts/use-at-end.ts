import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

/**
 * Keeps a list that scrolls at its end, also as its place changes, unless the reader has scrolled up. `last` is what stands there;
 * something new is shown to who is at the end, and what is the reader's `own` in any case.
 */
export function useAtEnd(last: unknown, own: boolean) {
  const list = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);

  function keep() {
    if (atEnd.current) list.current!.scrollTop = list.current!.scrollHeight;
  }

  function scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = list.current!;
    atEnd.current = scrollHeight - scrollTop - clientHeight < 40;
  }

  useLayoutEffect(() => {
    atEnd.current ||= own;
    keep();
  }, [last]);
  useEffect(() => {
    const observer = new ResizeObserver(keep);
    observer.observe(list.current!);
    return () => observer.disconnect();
  }, []);
  return { ref: list, onScroll: scrolled };
}
