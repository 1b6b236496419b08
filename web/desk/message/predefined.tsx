import { useState } from 'preact/hooks';
import { change, newKey } from '../../client/connection';
import type { ResultOf } from '../../client/graphql';
import { Confirm } from '../../parts/confirm';
import { Dialog } from '../../parts/dialog';
import { Field, LongField } from '../../parts/field';
import { Pending } from '../../parts/pending';
import { Row } from '../../parts/row';
import { useAnswer } from '../../parts/use-answer';
import { useSubmission } from '../../parts/use-submission';
import * as contact from '../conversation/contact';
import { CREATE_MESSAGE, DELETE_MESSAGE, MESSAGES_OF_SERVICE, OWN_MESSAGES, UPDATE_MESSAGE } from './operations';
import './predefined.css';

type Message = NonNullable<Extract<ResultOf<typeof OWN_MESSAGES>['viewer'], { __typename: 'Member' }>['predefinedMessages']>[number];

/** Those of a service or of a member; of nothing else. */
function messagesOf(of: { predefinedMessages?: Message[] | null } | object | null = null) {
  return (of && 'predefinedMessages' in of && of.predefinedMessages) || null;
}

/** The predefined messages of a service, for administrators. */
export function MessagesOfService({ id }: { id: string }) {
  const { answer, refusal, look } = useAnswer(MESSAGES_OF_SERVICE, { id }, (answer) => ({ after: messagesOf(answer.node) }));
  const messages = messagesOf(answer?.node);
  return <Messages messages={messages} refusal={refusal} serviceId={id} look={look} />;
}

/** Those of the member who looks. */
export function OwnMessages({ onClose }: { onClose: () => void }) {
  const { answer, refusal, look } = useAnswer(OWN_MESSAGES, {}, (answer) => ({ after: messagesOf(answer.viewer) }));
  const messages = messagesOf(answer?.viewer);
  return (
    <Dialog title="My predefined messages" onClose={onClose}>
      <Messages messages={messages} refusal={refusal} look={look} />
    </Dialog>
  );
}

interface MessagesProps {
  /** Null until they are known. */
  messages: Message[] | null;
  refusal: string;
  serviceId?: string;
  /** Reads them anew. */
  look: () => void;
}

/** Predefined messages, to be made, changed and deleted. */
function Messages({ messages, refusal, serviceId, look }: MessagesProps) {
  const [open, setOpen] = useState<{ message?: Message } | null>(null);
  const [leaving, setLeaving] = useState<Message | null>(null);
  const [said, setSaid] = useState('');

  function done(sentence: string) {
    setSaid(sentence);
    setOpen(null);
    look();
    contact.look(); // whoever writes a text at the moment can choose what there is now
  }

  async function remove({ id, title }: Message) {
    const { deletePredefinedMessage } = await change(DELETE_MESSAGE, { id });
    if (deletePredefinedMessage.userErrors.length === 0) done(`“${title}” is deleted.`);
    return deletePredefinedMessage.userErrors;
  }

  return (
    <div class="predefined">
      <p class="said" role="status">{said}</p>
      {(!messages || refusal) && <Pending refusal={refusal} />}
      {messages?.length === 0 && <p class="quiet">There is none yet. What is often written can be kept here, to be chosen instead of typed.</p>}
      <ul class="rows">
        {messages?.map((message) => (
          <Row key={message.id}>
            <button type="button" class="link" onClick={() => setOpen({ message })}><strong>{message.title}</strong></button>
            <span class="body quiet">{message.body}</span>
            <span class="actions">
              <button type="button" class="quiet" aria-label={`Delete ${message.title}`} onClick={() => setLeaving(message)}>Delete</button>
            </span>
          </Row>
        ))}
      </ul>
      <button type="button" class="quiet" onClick={() => setOpen({})}>New message</button>
      {open && (
        <Dialog title={open.message ? 'Change a predefined message' : 'New predefined message'} onClose={() => setOpen(null)}>
          <MessageForm message={open.message} serviceId={serviceId} onSaved={() => done('The message is saved.')} />
        </Dialog>
      )}
      {leaving && (
        <Confirm title={`Delete “${leaving.title}”?`} action="Delete" work={() => remove(leaving)} onClose={() => setLeaving(null)}>
          <p>It can no longer be chosen. What was sent stays.</p>
        </Confirm>
      )}
    </div>
  );
}

interface MessageFormProps {
  message: Message | undefined;
  serviceId: string | undefined;
  onSaved: () => void;
}

function MessageForm({ message, serviceId, onSaved }: MessageFormProps) {
  const form = useSubmission(async (fields) => {
    const input = { title: String(fields.get('title')), body: String(fields.get('body')) };
    const { saved } = message
      ? await change(UPDATE_MESSAGE, { input: { id: message.id, ...input } })
      : await change(CREATE_MESSAGE, { input: { ...input, serviceId, idempotencyKey: newKey() } });
    if (saved.userErrors.length === 0) onSaved();
    return saved.userErrors;
  });
  return (
    <form onSubmit={form.submit}>
      <Field
        label="Title"
        hint="What it is called in the list."
        name="title"
        required
        maxLength={100}
        defaultValue={message?.title}
        refusal={form.against('title')}
      />
      <LongField
        label="Text"
        hint="%F and %L stand for the customer's first and last name. One text message has at most 160 characters."
        name="body"
        required
        maxLength={1000}
        defaultValue={message?.body}
        refusal={form.against('body')}
      />
      <p class="refusal" role="alert">{form.note('title', 'body')}</p>
      <button disabled={form.busy}>Save</button>
    </form>
  );
}
