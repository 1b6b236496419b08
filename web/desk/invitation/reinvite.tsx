import { useState } from 'preact/hooks';
import { change, newKey } from '../../client/connection';
import { Dialog } from '../../parts/dialog';
import { Field } from '../../parts/field';
import { useAnswer } from '../../parts/use-answer';
import { useSubmission } from '../../parts/use-submission';
import { addressOf } from '../address';
import { ChannelChoice, identifierOf } from './channel';
import { Confirmation } from './confirmation';
import { CustomerLink } from './link';
import { REINVITE, REINVITE_FORMS } from './operations';

interface ReinviteProps {
  roomId: string;
  onClose: () => void;
  /** The room is to become one with another, whose customer this is. */
  onJoin: (roomId: string) => void;
}

/** Re-invites the customer of a room. What the room knows of them is shown, and locked. */
export function Reinvite({ roomId, onClose, onJoin }: ReinviteProps) {
  const { answer, refusal } = useAnswer(REINVITE_FORMS, { id: roomId });
  const [channel, setChannel] = useState<'SMS' | 'EMAIL' | 'LINK'>('SMS');
  const [done, setDone] = useState<{ confirmation: string | null; url: string | null } | null>(null);

  const shown = answer?.room?.[channel];
  const asksIdentifier = shown?.editable.includes('IDENTIFIER') ?? false;
  const form = useSubmission(async (fields) => {
    const to = asksIdentifier ? String(fields.get('to')) : null;
    const { reinviteCustomer } = await change(REINVITE, { input: { roomId, channel, to, idempotencyKey: newKey() } });
    if (reinviteCustomer.userErrors.length === 0) setDone(reinviteCustomer);
    return reinviteCustomer.userErrors;
  });

  const theirs = form.refusalWith('IDENTIFIER_IN_USE')?.roomId;
  return (
    <Dialog title="Re-invite the customer" onClose={onClose}>
      {refusal && <p class="refusal" role="alert">{refusal}</p>}
      {done?.url && <CustomerLink url={done.url} />}
      {done && <Confirmation sentence={done.confirmation ?? ''} />}
      {shown && !done && (
        <form onSubmit={form.submit}>
          <ChannelChoice of={['SMS', 'EMAIL', 'LINK']} chosen={channel} onChoose={setChannel} />
          {channel !== 'LINK' && (
            <Field
              key={channel}
              {...identifierOf(channel)}
              name="to"
              required
              readOnly={!asksIdentifier}
              defaultValue={shown.identifier ?? ''}
              refusal={form.against('to')}
            />
          )}
          <Field label="First name" readOnly value={shown.firstName} />
          <Field label="Last name" readOnly value={shown.lastName} />
          {theirs && (
            <p class="in-use">
              <a href={addressOf('rooms', theirs)}>Open that room</a>, or{' '}
              <button type="button" class="link" onClick={() => onJoin(theirs)}>join the two rooms</button>.
            </p>
          )}
          <p class="refusal" role="alert">{form.note('to')}</p>
          <button disabled={form.busy}>Re-invite</button>
        </form>
      )}
    </Dialog>
  );
}
