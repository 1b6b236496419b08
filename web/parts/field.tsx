import type { ComponentProps } from 'preact';
import { useId } from 'preact/hooks';

interface FieldProps extends ComponentProps<'input'> {
  label: string;
  /** What to know before filling it in. */
  hint?: string;
  refusal?: string;
}

/** An input with its label, and what the server says against what is in it. */
export function Field({ label, hint, refusal = '', ...input }: FieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input id={id} aria-invalid={refusal !== ''} aria-describedby={`${id}-hint ${id}-refusal`} {...input} />
      {hint && <p id={`${id}-hint`} class="hint quiet">{hint}</p>}
      <p id={`${id}-refusal`} class="refusal" role="alert">{refusal}</p>
    </div>
  );
}
