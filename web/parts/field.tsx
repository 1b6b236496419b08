import type { ComponentChildren, ComponentProps } from 'preact';
import { useId } from 'preact/hooks';

interface FrameProps {
  label: string;
  /** What to know before filling it in. */
  hint?: string;
  refusal?: string;
}

interface FieldProps extends FrameProps, Omit<ComponentProps<'input'>, 'label'> {}

/** An input with its label, and what the server says against what is in it. */
export function Field({ label, hint, refusal, ...input }: FieldProps) {
  return <Frame label={label} hint={hint} refusal={refusal}>{(frame) => <input {...frame} {...input} />}</Frame>;
}

interface LongFieldProps extends FrameProps, Omit<ComponentProps<'textarea'>, 'label'> {}

/** The same for a text of several lines. */
export function LongField({ label, hint, refusal, ...textarea }: LongFieldProps) {
  return <Frame label={label} hint={hint} refusal={refusal}>{(frame) => <textarea rows={4} {...frame} {...textarea} />}</Frame>;
}

interface ChoiceProps extends FrameProps, Omit<ComponentProps<'select'>, 'label' | 'value'> {
  /** What can be chosen: values and how they are called. */
  of: readonly (readonly [value: string, label: string])[];
  /** What is chosen at first. */
  chosen?: string;
}

/** One of several, from a list. */
export function Choice({ label, hint, refusal, of, chosen, ...select }: ChoiceProps) {
  return (
    <Frame label={label} hint={hint} refusal={refusal}>
      {(frame) => (
        <select {...frame} {...select}>
          {of.map(([value, name]) => <option key={value} value={value} selected={value === chosen}>{name}</option>)}
        </select>
      )}
    </Frame>
  );
}

interface Framed {
  id: string;
  'aria-invalid': boolean;
  'aria-describedby': string;
}

function Frame({ label, hint, refusal = '', children }: FrameProps & { children: (frame: Framed) => ComponentChildren }) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {hint && <p id={`${id}-hint`} class="hint quiet">{hint}</p>}
      {children({ id, 'aria-invalid': refusal !== '', 'aria-describedby': `${hint ? `${id}-hint ` : ''}${id}-refusal` })}
      <p id={`${id}-refusal`} class="refusal" role="alert">{refusal}</p>
    </div>
  );
}
