import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Refusal } from '../../client/graphql';
import { Dialog } from '../../parts/dialog';
import { PlusIcon } from '../../parts/icons';
import { useSubmission } from '../../parts/use-submission';
import { Page } from './page';

interface Thing {
  id: string;
  name: string;
}

interface FormProps<Kind> {
  /** The one that is changed; a new one is made without. */
  thing?: Kind;
  onSaved: () => void;
}

interface ThingsProps<Kind> {
  title: string;
  /** What one of them is called. */
  one: string;
  explanation: string;
  /** All of them, once they are known. */
  things?: readonly Kind[];
  refusal: string;
  /** What is said of one besides its name. */
  about?: (thing: Kind) => string;
  /** The form for a new one, or to change one. */
  form: (props: FormProps<Kind>) => ComponentChildren;
  /** Reads them anew. */
  look: () => void;
}

/** Things with a name: all of them in a list, from which one is opened to be changed, and a new one is made. */
export function Things<Kind extends Thing>({ title, one, explanation, things, refusal, about, form, look }: ThingsProps<Kind>) {
  const [open, setOpen] = useState<{ thing?: Kind } | null>(null);
  const [said, setSaid] = useState('');
  const close = () => setOpen(null);

  function saved() {
    setSaid(open?.thing ? `The ${one} is saved.` : `The ${one} is made.`);
    close();
    look();
  }

  return (
    <Page
      title={title}
      explanation={explanation}
      action={<button onClick={() => setOpen({})}><PlusIcon /> New {one}</button>}
      said={said}
      refusal={refusal}
      loading={!things}
    >
      {things?.length === 0 && <p class="quiet">There is none yet.</p>}
      <ul class="rows">
        {things?.map((thing) => (
          <li key={thing.id}>
            <button class="link" onClick={() => setOpen({ thing })}><strong>{thing.name}</strong></button>
            {about && <span class="quiet">{about(thing)}</span>}
          </li>
        ))}
      </ul>
      {open && (
        <Dialog title={open.thing ? `Change ${open.thing.name}` : `New ${one}`} onClose={close}>
          {form({ thing: open.thing, onSaved: saved })}
        </Dialog>
      )}
    </Page>
  );
}

interface ThingFormProps {
  /** Saves what is in the fields, and gives what the server says against it. */
  save: (fields: FormData) => Promise<{ saved: { userErrors: Refusal[] } }>;
  onSaved: () => void;
  /** The names of the fields that show what is said against them. */
  named: string[];
  children: (against: (name: string) => string) => ComponentChildren;
}

/** What the forms of things have in common. */
export function ThingForm({ save, onSaved, named, children }: ThingFormProps) {
  const form = useSubmission(async (fields) => {
    const { saved } = await save(fields);
    if (saved.userErrors.length === 0) onSaved();
    return saved.userErrors;
  });
  return (
    <form onSubmit={form.submit}>
      {children(form.against)}
      <p class="refusal" role="alert">{form.note(...named)}</p>
      <button disabled={form.busy}>Save</button>
    </form>
  );
}
