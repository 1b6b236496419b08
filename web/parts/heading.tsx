import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface HeadingProps {
  id?: string;
  level?: 1 | 2 | 3;
  children: ComponentChildren;
}

/** The heading of what was opened. It takes the focus, so that who does not see the page is where the new is. */
export function Heading({ level = 2, ...heading }: HeadingProps) {
  const place = useRef<HTMLHeadingElement>(null);
  const Tag = `h${level}` as const;
  useEffect(() => place.current!.focus(), []);
  return <Tag ref={place} tabIndex={-1} {...heading} />;
}
