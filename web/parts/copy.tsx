import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Field } from './field';

interface CopyableProps {
  text: string;
  /** What the text is, said where there are several. */
  what: string;
  /** Shows it. */
  children: ComponentChildren;
}

/** A text with a button that copies it. */
export function Copyable({ text, what, children }: CopyableProps) {
  const [said, setSaid] = useState('');

  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setSaid('Copied.');
    } catch {
      setSaid('The browser does not let this page copy: mark it and copy it by hand.'); // it does so on https only
    }
  }

  return (
    <div class="copyable">
      {children}
      <button type="button" class="quiet" onClick={copy}>Copy <span class="unseen">{what}</span></button>
      <p role="status">{said}</p>
    </div>
  );
}

/** The same in a field, where all of it is marked when one goes there. */
export function CopyableField({ label, text, what }: Omit<CopyableProps, 'children'> & { label: string }) {
  return (
    <Copyable text={text} what={what}>
      <Field label={label} readOnly value={text} onFocus={(event) => event.currentTarget.select()} />
    </Copyable>
  );
}
