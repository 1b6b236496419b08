import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

interface RadiosProps<Value extends string> {
  label: ComponentChildren;
  /** A form's data has what is chosen under it. */
  name: string;
  /** What can be chosen: values, how they are called, and what is to be known of them. */
  of: readonly (readonly [value: Value, label: string, note?: string])[];
  chosen: Value;
  onChoose: (chosen: Value) => void;
  /** What cannot be chosen at the moment. */
  disabled?: Value;
  /** Whether they stand side by side, and not one below the other. */
  inRow?: boolean;
  /** Whether the focus goes there, as to what is new on the page. */
  takesFocus?: boolean;
  refusal?: string;
}

/** One of several, all of which are seen. */
export function Radios<Value extends string>(props: RadiosProps<Value>) {
  const { label, name, of, chosen, onChoose, disabled, inRow = false, takesFocus = false, refusal = '' } = props;
  const id = useId();
  const group = useRef<HTMLFieldSetElement>(null);
  useEffect(() => {
    if (takesFocus) group.current!.querySelector<HTMLElement>(':checked')!.focus();
  }, []);
  return (
    <fieldset ref={group} class={`radios ${inRow ? 'in-row' : ''}`} aria-describedby={`${id}-refusal`}>
      <legend>{label}</legend>
      {of.map(([value, text, note]) => (
        <div key={value} class="radio">
          <label>
            <input
              type="radio"
              name={name}
              value={value}
              checked={value === chosen}
              disabled={value === disabled}
              aria-describedby={note && `${id}-${value}`}
              onChange={() => onChoose(value)}
            />
            {text}
          </label>
          {note && <p id={`${id}-${value}`} class="quiet">{note}</p>}
        </div>
      ))}
      <p id={`${id}-refusal`} class="refusal" role="alert">{refusal}</p>
    </fieldset>
  );
}
