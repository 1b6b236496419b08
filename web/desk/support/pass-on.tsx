import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { ask, change, newKey } from '../../client/connection';
import type { ResultOf } from '../../client/graphql';
import { Copyable } from '../../parts/copy';
import { Field } from '../../parts/field';
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
  const [code, setCode] = useState<Code | null>(null);
  useEffect(() => {
    ask(CODE, { id: invitation.id }).then(({ node }) => node?.__typename === 'SpecialistInvitation' && setCode(node));
  }, [invitation.id]);
  return (
    <>
      {code && <Ways code={code} access={invitation.accessLabel} />}
      <SendByEmail session={session} invitation={invitation} />
      <CancelCode room={room} invitation={invitation} />
    </>
  );
}

function Ways({ code: { code, url, text }, access }: { code: Code; access: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const id = useId();
  useEffect(() => heading.current!.focus(), []);
  return (
    <>
      <h3 ref={heading} tabIndex={-1}>Invitation code</h3>
      <Copyable text={code} what="code"><p class="code">{code}</p></Copyable>
      <p class="quiet">{spelled(code)}</p>
      <p class="quiet">The same for all specialists. Their rights: {access}.</p>
      <Copyable text={url} what="link">
        <Field label="Link" readOnly value={url} onFocus={(event) => event.currentTarget.select()} />
      </Copyable>
      <Copyable text={text} what="text">
        <div class="field">
          <label for={id}>Text to pass on</label>
          <textarea id={id} rows={4} readOnly value={text} />
        </div>
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
