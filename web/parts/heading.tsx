import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** The heading of what was opened. It takes the focus, so that who does not see the page is where the new is. */
export function Heading({ id, children }: { id: string; children: ComponentChildren }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current!.focus(), []);
  return <h2 ref={heading} id={id} tabIndex={-1}>{children}</h2>;
}
