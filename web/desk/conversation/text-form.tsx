import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ask, change, newKey } from '../../client/connection';
import type { ResultOf, VariablesOf } from '../../client/graphql';
import { SendIcon } from '../../parts/icons';
import { sendOnEnter } from '../../parts/send-on-enter';
import { useAnswer } from '../../parts/use-answer';
import { useChange } from '../../parts/use-change';
import { useSubmission } from '../../parts/use-submission';
import type { Contact } from './contact';
import { PREDEFINED_FOR, PREVIEW, SEND_TEXT } from './operations';

type Target = Omit<VariablesOf<typeof SEND_TEXT>['input'], 'body' | 'predefinedMessageId' | 'idempotencyKey'>;
type Sent = ResultOf<typeof SEND_TEXT>['sendSms'];
type Preview = ResultOf<typeof PREVIEW>['smsPreview'];

const limit = 160;

interface TextFormProps {
  contact: Contact;
  /** To whom the text goes. */
  target: Target;
  /** The service that it is sent under: its predefined messages can be chosen. */
  serviceId: string | undefined;
  /** The customer's number, by which their names are found. */
  to: string;
  onSent: (sent: Sent) => void;
  /** What else is asked for, with what was said against it. */
  children?: (against: (name: string) => string) => ComponentChildren;
}

/** A text message to be sent: written, or chosen of those that are predefined, and counted as the server counts. */
export function TextForm({ contact, target, serviceId, to, onSent, children }: TextFormProps) {
  const [body, setBody] = useState('');
  const preview = usePreview({ body, serviceId, to });
  const filling = useChange();
  const form = useSubmission(async () => {
    const { sendSms } = await change(SEND_TEXT, { input: { ...target, body, idempotencyKey: newKey() } });
    if (sendSms.message) {
      setBody('');
      onSent(sendSms);
    }
    return sendSms.userErrors;
  });

  // What is typed meanwhile stays.
  function choose(predefinedMessageId: string) {
    return filling.run(async () => {
      const { smsPreview } = await ask(PREVIEW, { input: { predefinedMessageId, serviceId, to } });
      setBody((typed) => (typed === body ? smsPreview.text : typed));
      return [];
    });
  }

  const predefined = [...(contact.predefinedMessages ?? []), ...usePredefinedFor(serviceId)];
  return (
    <form class="text-form" onSubmit={form.submit}>
      {children?.(form.against)}
      {predefined.length > 0 && (
        <select aria-label="Predefined message" value="" onChange={(event) => choose(event.currentTarget.value)}>
          <option value="">Predefined message…</option>
          {predefined.map(({ id, title }) => <option key={id} value={id}>{title}</option>)}
        </select>
      )}
      <textarea
        rows={3}
        aria-label="Text message"
        placeholder="Text message"
        aria-describedby="text-count text-note"
        readOnly={form.busy}
        value={body}
        onInput={(event) => setBody(event.currentTarget.value)}
        onKeyDown={sendOnEnter}
      />
      <button class="icon" aria-label="Send"><SendIcon /></button>
      <p id="text-count" class={preview.count > limit ? 'refusal' : 'quiet'}>{sentenceOf(preview)}</p>
      <p id="text-note" class="refusal" role="alert">{filling.reason || form.note('to', 'serviceId')}</p>
    </form>
  );
}

/** The predefined messages of a service; none until they are known. */
function usePredefinedFor(serviceId = '') {
  const messagesIn = ({ node }: ResultOf<typeof PREDEFINED_FOR>) =>
    node?.__typename === 'Service' && node.id === serviceId ? node.predefinedMessages : null;
  const { answer } = useAnswer(PREDEFINED_FOR, { serviceId, known: serviceId !== '' }, (answer) => ({ after: messagesIn(answer) }));
  return (answer && messagesIn(answer)) ?? [];
}

/** What a text would be with everything filled in: the server says. Until it has, it is as long as it looks. */
function usePreview({ body, serviceId, to }: { body: string; serviceId: string | undefined; to: string }) {
  const [preview, setPreview] = useState<Pick<Preview, 'count'> & Partial<Preview>>({ count: 0 });
  useEffect(() => {
    setPreview({ count: [...body].length });
    if (!body.trim()) return;
    let wanted = true;
    const timer = setTimeout(async () => {
      const answer = await ask(PREVIEW, { input: { body, serviceId, to } }).catch(() => null); // sending it says why
      if (wanted && answer) setPreview(answer.smsPreview);
    }, 250);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [body, to, serviceId]);
  return preview;
}

function sentenceOf({ count, segments, unusualCharacters }: Pick<Preview, 'count'> & Partial<Preview>) {
  const size = `${count}/${limit}`;
  if (!segments) return size;
  const parts = `${size} · ${segments} ${segments === 1 ? 'segment' : 'segments'}`;
  return unusualCharacters?.length ? `${parts} · of 70 characters instead of 160 because of ${unusualCharacters.join(' ')}` : parts;
}
