import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { recoverFocus } from './focus';
import { CloseIcon } from './icons';

// Who opens a form begins with its first field, and not with the button that closes it.
const firstField = 'input:checked, input:not([type=radio], [readonly]), select, textarea:not([readonly])';

interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
}

/** A modal dialog. The browser keeps the focus in it, closes it with Escape, and gives the focus back, also where it is shown no more. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  const isGone = useRef(false);
  useEffect(() => {
    const shown = dialog.current!;
    shown.showModal();
    shown.querySelector<HTMLElement>(firstField)?.focus();
    // While it is still there: or the focus would not go back.
    return () => {
      isGone.current = true;
      shown.close();
      recoverFocus(); // what it was opened by may be gone
    };
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby={id} onClose={() => isGone.current || onClose()}>
      <div class="title">
        <h2 id={id} tabIndex={-1}>{title}</h2>
        <button type="button" class="quiet icon" aria-label="Close" onClick={() => dialog.current!.close()}><CloseIcon /></button>
      </div>
      {children}
    </dialog>
  );
}
