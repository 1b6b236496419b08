import { useState } from 'preact/hooks';
import { change, newKey } from '../../client/connection';
import type { ResultOf } from '../../client/graphql';
import { Copyable, CopyableField } from '../../parts/copy';
import { Field, LongField } from '../../parts/field';
import { Heading } from '../../parts/heading';
import { useAnswer } from '../../parts/use-answer';
import { useSubmission } from '../../parts/use-submission';
import type { RoomAtDesk } from '../room/details';
import { CancelCode } from './cancel';
import { CODE, INVITE_SPECIALISTS } from './operations';
import type { SupportSession } from './session';
import { spelled } from './spelling';

export type Invitation = NonNullable<SupportSession['specialistInvitation']>;
type Code = Extract<ResultOf<typeof CODE>['node'], { __typename: 'SpecialistInvitation' }>;

interface PassOnProps {
  room: RoomAtDesk;
  session: SupportSession;
  invitation: Invitation;
}

/** The ways to pass an invitation on: by word of mouth, by what is copied, or by email; and its end. */
export function PassOn({ room, session, invitation }: PassOnProps) {
  const { answer, refusal } = useAnswer(CODE, { id: invitation.id });
  const code = answer?.node?.__typename === 'SpecialistInvitation' ? answer.node : null;
  return (
    <>
      {refusal && <p class="refusal" role="alert">{refusal}</p>}
      {code && <Ways code={code} access={invitation.accessLabel} />}
      <SendByEmail session={session} invitation={invitation} />
      <CancelCode room={room} invitation={invitation} />
    </>
  );
}

function Ways({ code: { code, url, text }, access }: { code: Code; access: string }) {
  return (
    <>
      <Heading level={3}>Invitation code</Heading>
      <Copyable text={code} what="code"><p class="code">{code}</p></Copyable>
      <p class="quiet">{spelled(code)}</p>
      <p class="quiet">The same for all specialists. Their rights: {access}.</p>
      <CopyableField label="Link" text={url} what="link" />
      <Copyable text={text} what="text">
        <LongField label="Text to pass on" readOnly value={text} />
      </Copyable>
    </>
  );
}

// Creating it once more with an address sends what there is.
function SendByEmail({ session, invitation }: { session: SupportSession; invitation: Invitation }) {
  const [confirmation, setConfirmation] = useState('');
  const form = useSubmission(async (fields) => {
    const email = String(fields.get('email'));
    const input = { supportSessionId: session.id, access: invitation.access, email, idempotencyKey: newKey() };
    setConfirmation('');
    const { createSpecialistInvitation } = await change(INVITE_SPECIALISTS, { input });
    setConfirmation(createSpecialistInvitation.confirmation ?? '');
    return createSpecialistInvitation.userErrors;
  });
  return (
    <form class="send" onSubmit={form.submit}>
      <Field label="Email address" name="email" type="email" required refusal={form.against('email')} />
      <button class="quiet" disabled={form.busy}>Send</button>
      <p role="status">{confirmation}</p>
      <p class="refusal" role="alert">{form.note('email')}</p>
    </form>
  );
}
