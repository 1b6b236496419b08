import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface HeadingProps {
  id: string;
  level?: 1 | 2;
  children: ComponentChildren;
}

/** The heading of what was opened. It takes the focus, so that who does not see the page is where the new is. */
export function Heading({ id, level = 2, children }: HeadingProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  const Tag = level === 1 ? 'h1' : 'h2';
  useEffect(() => heading.current!.focus(), []);
  return <Tag ref={heading} id={id} tabIndex={-1}>{children}</Tag>;
}
