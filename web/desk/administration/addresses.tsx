import { useRef, useState } from 'preact/hooks';
import { Field } from '../../parts/field';
import { CloseIcon, TickIcon } from '../../parts/icons';
import { counted } from './labels';
import './addresses.css';

/** An address that is to be invited, with why it was refused, if it was. */
export interface Address {
  email: string;
  refusal?: string;
}

/** The addresses of a text: commas, semicolons, blanks and lines lie between them. */
export function addressesIn(text: string) {
  return text.split(/[\s,;]+/).filter(Boolean);
}

/** A list with some more addresses, each once, in whatever case. */
export function withAdded(addresses: Address[], emails: string[]) {
  const all = [...addresses];
  for (const email of emails) {
    if (!all.some((known) => known.email.toLowerCase() === email.toLowerCase())) all.push({ email });
  }
  return all;
}

interface AddressListProps {
  typed: string;
  addresses: Address[];
  onType: (typed: string) => void;
  onChange: (addresses: Address[]) => void;
}

/** Addresses that are added one by one, or pasted all at once, and can be taken out again. */
export function AddressList({ typed, addresses, onType, onChange }: AddressListProps) {
  const [said, setSaid] = useState('');
  const adding = useRef<HTMLFormElement>(null);
  const focus = () => adding.current!.querySelector('input')!.focus();

  function add(text: string) {
    const all = withAdded(addresses, addressesIn(text));
    setSaid(all.length > addresses.length ? `${counted(all.length - addresses.length, 'address', 'addresses')} added.` : 'Nothing new.');
    onChange(all);
    onType('');
  }

  function submit(submission: SubmitEvent) {
    submission.preventDefault();
    if (typed.trim()) add(typed);
    focus();
  }

  // A field of one line would join the lines.
  function paste(event: ClipboardEvent) {
    const text = event.clipboardData?.getData('text') ?? '';
    if (addressesIn(text).length < 2) return;
    event.preventDefault();
    add(`${typed} ${text}`);
  }

  function takeOut(email: string) {
    onChange(addresses.filter((address) => address.email !== email));
    setSaid(`${email} is taken out.`);
    focus();
  }

  function mend(email: string) {
    takeOut(email);
    onType(email);
  }

  return (
    <>
      <form class="address-add" ref={adding} onSubmit={submit} noValidate>
        <Field
          label="Email address"
          hint="Or several, with commas or spaces between them."
          inputMode="email"
          autoComplete="off"
          autoCapitalize="none"
          spellcheck={false}
          value={typed}
          onInput={(event) => onType(event.currentTarget.value)}
          onPaste={paste}
        />
        <button class="quiet">Add Email</button>
      </form>
      <p class="unseen" role="status">{said}</p>
      <ul class="address-list" aria-label="Addresses">
        {addresses.map(({ email, refusal }) => (
          <li key={email} class={refusal ? 'refused' : ''}>
            {!refusal && <TickIcon />}
            <span>{email}</span>
            {refusal && <button type="button" class="link" aria-label={`Mend ${email}`} onClick={() => mend(email)}>Mend</button>}
            <button type="button" class="quiet icon" aria-label={`Take out ${email}`} onClick={() => takeOut(email)}><CloseIcon /></button>
            {refusal && <p class="refusal">{refusal}</p>}
          </li>
        ))}
      </ul>
    </>
  );
}
