import { signal } from '@preact/signals';
import { Time } from '../../parts/time';
import type { Details } from './details';

const statuses = { QUEUED: 'On its way', SENT: 'Sent', DELIVERED: 'Delivered', FAILED: 'Failed', OPENED: 'Opened', JOINED: 'Joined' } as const;
const tones: { [status in keyof typeof statuses]?: string } = { FAILED: 'failed', JOINED: 'arrived' };

// Whether there is place for it beside the conversation.
const wide = matchMedia('(min-width: 75rem)');
const beside = signal(wide.matches);
wide.addEventListener('change', () => (beside.value = wide.matches));

/** Who the customer of a room is, and how far their invitations have come. */
export function CustomerInformation({ room }: { room: Details }) {
  const { customer, invitations, createdBy, createdAt } = room;
  return (
    <details class="customer" open={beside.value}>
      <summary>Customer</summary>
      <dl>
        {!customer && <dd class="quiet">Nobody has been invited yet.</dd>}
        {customer && <><dt>Name</dt><dd>{customer.name}</dd></>}
        {customer?.phone && <><dt>Phone</dt><dd>{customer.phone}</dd></>}
        {customer?.email && <><dt>Email</dt><dd>{customer.email}</dd></>}
        {invitations?.nodes.length ? <dt>Invitations</dt> : null}
        {invitations?.nodes.toReversed().map(({ id, to, status, failureReason, sentAt, invitedBy }) => (
          <dd key={id}>
            {to}
            <br />
            <span class={tones[status]}>{[statuses[status], failureReason].filter(Boolean).join(': ')}</span>
            <br />
            <span class="quiet">{invitedBy.name}{sentAt && <>, <Time at={sentAt} /></>}</span>
          </dd>
        ))}
        <dt>Room opened</dt>
        <dd>{createdBy.name}, <Time at={createdAt} /></dd>
      </dl>
    </details>
  );
}
