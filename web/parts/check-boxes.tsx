interface CheckBoxesProps {
  label: string;
  name: string;
  /** What can be chosen: values and how they are called. */
  of: readonly (readonly [value: string, label: string])[];
  /** What is chosen at first. */
  chosen?: readonly string[];
  /** What to say where there is nothing to choose from. */
  none?: string;
}

/** Any of several. A form's data has all that are chosen under the name; what is chosen but not offered stays so. */
export function CheckBoxes({ label, name, of, chosen = [], none }: CheckBoxesProps) {
  const offered = new Set(of.map(([value]) => value));
  return (
    <fieldset class="check-boxes">
      <legend>{label}</legend>
      {of.map(([value, text]) => (
        <CheckBox key={value} name={name} value={value} chosen={chosen.includes(value)} label={text} />
      ))}
      {chosen.filter((value) => !offered.has(value)).map((value) => <input key={value} type="hidden" name={name} value={value} />)}
      {of.length === 0 && <p class="quiet">{none}</p>}
    </fieldset>
  );
}

interface CheckBoxProps {
  label: string;
  name?: string;
  value?: string;
  chosen?: boolean;
  required?: boolean;
  disabled?: boolean;
  onChoose?: (chosen: boolean) => void;
}

export function CheckBox({ label, chosen, onChoose, ...input }: CheckBoxProps) {
  return (
    <label class="check-box">
      <input type="checkbox" defaultChecked={chosen} onChange={(event) => onChoose?.(event.currentTarget.checked)} {...input} /> {label}
    </label>
  );
}
