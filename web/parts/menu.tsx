import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';

interface MenuProps {
  /** What is on the button, and what is said of it where that is no words. */
  button: ComponentChildren;
  label?: string;
  /** A list item for each thing to choose. */
  children: ComponentChildren;
}

/** A button that shows what there is to choose. It closes when something is chosen, with Escape, and when the focus leaves it. */
export function Menu({ button, label, children }: MenuProps) {
  const [open, setOpen] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);

  function left({ currentTarget, relatedTarget }: FocusEvent) {
    if (!(currentTarget as Element).contains(relatedTarget as Element | null)) setOpen(false);
  }

  // What is chosen may open a dialog, which gives the focus back to where it was.
  function close() {
    opener.current!.focus();
    setOpen(false);
  }

  return (
    <div class="menu" onFocusOut={left} onKeyDown={({ key }) => key === 'Escape' && close()}>
      <button ref={opener} type="button" class="quiet" aria-label={label} aria-expanded={open} onClick={() => setOpen(!open)}>
        {button}
      </button>
      {open && <ul onClick={({ target }) => (target as Element).closest('button') && close()}>{children}</ul>}
    </div>
  );
}
