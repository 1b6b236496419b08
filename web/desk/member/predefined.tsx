import { useEffect, useRef, useState } from 'preact/hooks';
import { ask, attempt, change, messageOf, newKey } from '../../client/connection';
import type { FragmentOf } from '../../client/graphql';
import { Dialog } from '../../parts/dialog';
import { Field } from '../../parts/field';
import { useSubmission } from '../../parts/use-submission';
import * as contact from '../conversation/contact';
import { CREATE_PREDEFINED, DELETE_PREDEFINED, OWN_PREDEFINED, type PREDEFINED, UPDATE_PREDEFINED } from './operations';

type Predefined = FragmentOf<typeof PREDEFINED>;

/** The member's own predefined messages: what they are, and a form for a new one or one that is edited. */
export function OwnPredefinedMessages({ onClose }: { onClose: () => void }) {
  const [messages, setMessages] = useState<Predefined[] | null>(null);
  const [edited, setEdited] = useState<Predefined | 'new' | null>(null);
  const [refusal, setRefusal] = useState('');
  const newMessage = useRef<HTMLButtonElement>(null);
  useEffect(() => void look(), []);
  useEffect(() => newMessage.current?.focus(), [edited]);

  async function look() {
    const { viewer } = await ask(OWN_PREDEFINED, {});
    if (viewer?.__typename === 'Member') setMessages(viewer.predefinedMessages ?? []);
  }

  function changed() {
    setEdited(null);
    contact.look();
    return look();
  }

  async function forget({ id }: Predefined) {
    try {
      const { deletePredefinedMessage } = await attempt(DELETE_PREDEFINED, { id });
      setRefusal(deletePredefinedMessage.userErrors.map((error) => error.message).join(' '));
      await changed();
    } catch (error) {
      setRefusal(messageOf(error));
    }
  }

  return (
    <Dialog title="My predefined messages" onClose={onClose}>
      {edited && (
        <Editor
          key={edited === 'new' ? 'new' : edited.id}
          message={edited === 'new' ? null : edited}
          onSaved={changed}
          onCancel={() => setEdited(null)}
        />
      )}
      {!edited && (
        <>
          {messages?.length === 0 && <p class="empty">What you often write can be kept here, to be chosen instead of typed.</p>}
          <ul class="predefined">
            {messages?.map((message) => (
              <li key={message.id}>
                <strong>{message.title}</strong>
                <p>{message.body}</p>
                <button type="button" class="link" aria-label={`Edit ${message.title}`} onClick={() => setEdited(message)}>Edit</button>{' '}
                <button type="button" class="link" aria-label={`Delete ${message.title}`} onClick={() => forget(message)}>Delete</button>
              </li>
            ))}
          </ul>
          <p class="refusal" role="alert">{refusal}</p>
          <form><button type="button" ref={newMessage} onClick={() => setEdited('new')}>New message</button></form>
        </>
      )}
    </Dialog>
  );
}

interface EditorProps {
  /** Null for a new one. */
  message: Predefined | null;
  onSaved: () => Promise<void>;
  onCancel: () => void;
}

function Editor({ message, onSaved, onCancel }: EditorProps) {
  const fields = useRef<HTMLFormElement>(null);
  useEffect(() => fields.current!.querySelector('input')!.focus(), []);
  const form = useSubmission(async (fields) => {
    const [title, body] = ['title', 'body'].map((name) => String(fields.get(name)));
    const userErrors = await save({ title, body });
    if (userErrors.length === 0) await onSaved();
    return userErrors;
  });

  async function save(input: { title: string; body: string }) {
    if (message) return (await change(UPDATE_PREDEFINED, { input: { id: message.id, ...input } })).updatePredefinedMessage.userErrors;
    return (await change(CREATE_PREDEFINED, { input: { ...input, idempotencyKey: newKey() } })).createPredefinedMessage.userErrors;
  }

  return (
    <form ref={fields} onSubmit={form.submit}>
      <Field label="Title" name="title" required maxLength={100} defaultValue={message?.title} refusal={form.against('title')} />
      <div class="field">
        <label for="predefined-body">Text</label>
        <textarea id="predefined-body" name="body" rows={4} required maxLength={1000} defaultValue={message?.body} />
        <p class="quiet">%F and %L stand for the customer's first and last name.</p>
      </div>
      <p class="refusal" role="alert">{form.note('title')}</p>
      <button disabled={form.busy}>Save</button>
      <button type="button" class="quiet" onClick={onCancel}>Cancel</button>
    </form>
  );
}
