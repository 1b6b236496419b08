import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';

interface MenuProps {
  /** What is on the button. */
  face: ComponentChildren;
  /** What the button is called where there are no words on it. */
  label?: string;
  /** What is chosen from: buttons, mostly. */
  children: ComponentChildren;
}

/** Rarer actions, behind a button. Choosing one closes it; so do Escape and going elsewhere. */
export function Menu({ face, label, children }: MenuProps) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const menu = useRef<HTMLDivElement>(null);
  const toggle = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!open) return;
    const leave = ({ target }: Event) => menu.current!.contains(target as Node) || setOpen(false);
    const events = ['pointerdown', 'focusin'];
    events.forEach((event) => document.addEventListener(event, leave));
    return () => events.forEach((event) => document.removeEventListener(event, leave));
  }, [open]);

  // The focus is on the button again before a choice opens a dialog, which gives it back to where it was.
  function close() {
    setOpen(false);
    toggle.current?.focus(); // it is gone where the choice was to leave
  }

  function pressed(key: KeyboardEvent) {
    if (key.key !== 'Escape' || !open) return;
    key.stopPropagation();
    close();
  }

  return (
    <div class="menu" ref={menu} onKeyDown={pressed}>
      <button
        type="button"
        class="quiet face"
        aria-label={label}
        aria-expanded={open}
        aria-controls={id}
        ref={toggle}
        onClick={() => setOpen(!open)}
      >
        {face}
      </button>
      <div id={id} class="choices" hidden={!open} onClick={({ target }) => (target as Element).closest('button') && close()}>
        {children}
      </div>
    </div>
  );
}
