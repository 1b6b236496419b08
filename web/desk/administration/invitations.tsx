import { useState } from 'preact/hooks';
import { change, newKey } from '../../client/connection';
import type { ResultOf } from '../../client/graphql';
import { Confirm } from '../../parts/confirm';
import { Choice } from '../../parts/field';
import { PlusIcon } from '../../parts/icons';
import { Row } from '../../parts/row';
import { Time } from '../../parts/time';
import { useAnswer } from '../../parts/use-answer';
import { addressOf } from '../address';
import { roles } from '../member/roles';
import { Invite, isStep } from './invite';
import { INVITATIONS, RESEND_INVITATION, REVOKE_INVITATION } from './operations';
import { Page } from './page';
import { firstPage, Pages } from './pages';

type Invitation = NonNullable<ResultOf<typeof INVITATIONS>['organization']['memberInvitations']>['nodes'][number];

const statuses = [['PENDING', 'Pending'], ['EXPIRED', 'Expired'], ['ACCEPTED', 'Accepted'], ['REVOKED', 'Revoked']] as const;
type Status = (typeof statuses)[number][0];

const deliveries = { QUEUED: 'about to be sent', SENT: 'sent', DELIVERED: 'delivered', FAILED: 'not delivered' } as const;

/** The invitations of people who are to become members, or the way to make some. */
export function Invitations({ id }: { id: string }) {
  return isStep(id) ? <Invite step={id} /> : <InvitationList />;
}

function InvitationList() {
  const [status, setStatus] = useState<Status>('PENDING');
  const [wanted, setWanted] = useState(firstPage);
  const [said, setSaid] = useState('');
  const [asked, setAsked] = useState<{ to: 'resend' | 'revoke'; invitation: Invitation } | null>(null);
  const { answer, refusal, look } = useAnswer(INVITATIONS, { status, ...wanted });
  const invitations = answer?.organization.memberInvitations;

  function show(chosen: string) {
    setStatus(chosen as Status);
    setWanted(firstPage);
  }

  async function resend({ id, email }: Invitation, key: string) {
    const { resendMemberInvitation } = await change(RESEND_INVITATION, { id, key });
    if (resendMemberInvitation.memberInvitation) done(`The invitation of ${email} is sent again.`);
    return resendMemberInvitation.userErrors;
  }

  async function revoke({ id, email }: Invitation) {
    const { revokeMemberInvitation } = await change(REVOKE_INVITATION, { id });
    if (revokeMemberInvitation.memberInvitation) done(`The invitation of ${email} is revoked.`);
    return revokeMemberInvitation.userErrors;
  }

  function done(sentence: string) {
    setSaid(sentence);
    look();
  }

  return (
    <Page
      title="Invitations"
      explanation="People who are asked by email to become members. A link works for seven days, once, and for that address alone."
      action={<a class="button" href={addressOf('administration', 'invitations', 'new')}><PlusIcon /> Invite members</a>}
      said={said}
      refusal={refusal}
      loading={!invitations}
    >
      <Choice label="Show" of={statuses} chosen={status} onChange={(event) => show(event.currentTarget.value)} />
      {invitations?.totalCount === 0 && <p class="quiet">There is none.</p>}
      <ul class="rows">
        {invitations?.nodes.map((invitation) => (
          <Row key={invitation.id}>
            <strong>{invitation.email}</strong>
            <span>{roles[invitation.role].name} · {invitation.classOfServiceLabel}</span>
            <span class="quiet">{whatBecame(invitation)}</span>
            <span class="actions">
              {['PENDING', 'EXPIRED'].includes(invitation.status) && (
                <button class="quiet" aria-label={`Resend to ${invitation.email}`} onClick={() => setAsked({ to: 'resend', invitation })}>
                  Resend
                </button>
              )}
              {invitation.status === 'PENDING' && (
                <button class="quiet" aria-label={`Revoke that of ${invitation.email}`} onClick={() => setAsked({ to: 'revoke', invitation })}>
                  Revoke
                </button>
              )}
            </span>
          </Row>
        ))}
      </ul>
      {invitations && <Pages of={invitations.pageInfo} onGo={setWanted} />}
      {asked?.to === 'resend' && <Resend invitation={asked.invitation} work={resend} onClose={() => setAsked(null)} />}
      {asked?.to === 'revoke' && (
        <Confirm title="Revoke the invitation?" action="Revoke" work={() => revoke(asked.invitation)} onClose={() => setAsked(null)}>
          <p>The link that was sent to <strong>{asked.invitation.email}</strong> stops working.</p>
        </Confirm>
      )}
    </Page>
  );
}

interface ResendProps {
  invitation: Invitation;
  work: (invitation: Invitation, key: string) => ReturnType<Parameters<typeof Confirm>[0]['work']>;
  onClose: () => void;
}

function Resend({ invitation, work, onClose }: ResendProps) {
  const [key] = useState(newKey);
  return (
    <Confirm title="Send the invitation again?" action="Resend" work={() => work(invitation, key)} onClose={onClose}>
      <p><strong>{invitation.email}</strong> is sent a new link, which works for seven days. The old one stops working.</p>
    </Confirm>
  );
}

function whatBecame({ status, expiresAt, acceptedAt, deliveryStatus, failureReason, invitedBy }: Invitation) {
  if (status === 'ACCEPTED') return <>accepted <Time at={acceptedAt!} /></>;
  if (status === 'REVOKED') return <>by {invitedBy.name}</>;
  const sending = [deliveries[deliveryStatus], failureReason].filter(Boolean).join(': ');
  return <>{sending} · {status === 'EXPIRED' ? 'ended' : 'ends'} <Time at={expiresAt} /> · by {invitedBy.name}</>;
}
