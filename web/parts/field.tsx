import type { ComponentProps } from 'preact';
import { useId } from 'preact/hooks';

interface FieldProps extends ComponentProps<'input'> {
  label: string;
  refusal?: string;
}

/** An input with its label, and what the server says against what is in it. */
export function Field({ label, refusal = '', ...input }: FieldProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input id={id} aria-invalid={refusal !== ''} aria-describedby={`${id}-refusal`} {...input} />
      <p id={`${id}-refusal`} class="refusal" role="alert">{refusal}</p>
    </div>
  );
}
