import type { ComponentChildren } from 'preact';
import { useFocusRecovered } from './focus';

/** An entry of a list that may vanish while a button in it has the focus. */
export function Row({ children }: { children: ComponentChildren }) {
  useFocusRecovered();
  return <li>{children}</li>;
}
