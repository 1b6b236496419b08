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
  const [copied, setCopied] = useState(false);
  const copy = () => navigator.clipboard.writeText(text).then(() => setCopied(true));
  return (
    <div class="copyable">
      {children}
      <button type="button" class="quiet" onClick={copy}>Copy <span class="unseen">{what}</span></button>
      <p role="status">{copied && 'Copied.'}</p>
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
