import { useState } from 'preact/hooks';
import { change, newKey } from '../../client/connection';
import type { ResultOf } from '../../client/graphql';
import { Dialog } from '../../parts/dialog';
import { Field } from '../../parts/field';
import { useSubmission } from '../../parts/use-submission';
import { ChannelChoice, identifierOf } from './channel';
import { Confirmation } from './confirmation';
import { INVITE } from './operations';

type Preview = ResultOf<typeof INVITE>['inviteCustomer']['mergePreview'];

const details = ['to', 'firstName', 'lastName'];

/**
 * Invites a customer into a room. Where the organisation has a room for them already it says so first: inviting makes the two one,
 * for good.
 */
export function Invite({ roomId, onClose }: { roomId: string; onClose: () => void }) {
  const [channel, setChannel] = useState<'SMS' | 'EMAIL'>('SMS');
  const [preview, setPreview] = useState<Preview>(null);
  const [confirmation, setConfirmation] = useState('');

  const form = useSubmission(async (fields) => {
    const [to, firstName, lastName] = details.map((name) => String(fields.get(name)));
    const input = { roomId, channel, to, firstName, lastName };
    if (!preview) {
      const { inviteCustomer } = await change(INVITE, { input: { ...input, dryRun: true } });
      setPreview(inviteCustomer.mergePreview);
      if (inviteCustomer.mergePreview || inviteCustomer.userErrors.length > 0) return inviteCustomer.userErrors;
    }
    const { inviteCustomer } = await change(INVITE, { input: { ...input, idempotencyKey: newKey() } });
    setPreview(null);
    setConfirmation(inviteCustomer.confirmation ?? '');
    return inviteCustomer.userErrors;
  });

  return (
    <Dialog title="Invite a customer" onClose={onClose}>
      {confirmation && <Confirmation sentence={confirmation} />}
      <form onSubmit={form.submit} hidden={confirmation !== ''}>
        <div hidden={preview !== null}>
          <ChannelChoice of={['SMS', 'EMAIL']} chosen={channel} onChoose={setChannel} />
          <Field key={channel} {...identifierOf(channel)} name="to" required refusal={form.against('to')} />
          <Field label="First name" name="firstName" required refusal={form.against('firstName')} />
          <Field label="Last name" name="lastName" required refusal={form.against('lastName')} />
        </div>
        {preview && <Merge preview={preview} />}
        <p class="refusal" role="alert">{form.note(...details)}</p>
        <button disabled={form.busy}>{preview ? 'Invite, and join the rooms' : 'Invite'}</button>
        {preview && <button type="button" class="quiet" onClick={() => setPreview(null)}>Back</button>}
      </form>
    </Dialog>
  );
}

function Merge({ preview: { room, messageCount } }: { preview: NonNullable<Preview> }) {
  return (
    <p role="status">
      There is a room for this customer already: <strong>{room.name}</strong>, opened by {room.createdBy.name}, with {messageCount}{' '}
      {messageCount === 1 ? 'entry' : 'entries'}. Inviting makes this room and that one a single room, for good.
    </p>
  );
}
