import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import './cover.css';
import { useBack } from './use-back';

interface CoverProps {
  /** What it is called for who does not see it. */
  label: string;
  class: string;
  onClose: () => void;
  /** Gets what closes it. */
  children: (close: () => void) => ComponentChildren;
}

/** Something that covers the page until it is closed: by its button, with Escape, or by going back. */
export function Cover({ label, class: name, onClose, children }: CoverProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const close = () => dialog.current?.close();
  useEffect(() => dialog.current!.showModal(), []);
  useBack(close);
  return (
    <dialog ref={dialog} class={`cover ${name}`} aria-label={label} onClose={onClose}>{children(close)}</dialog>
  );
}
