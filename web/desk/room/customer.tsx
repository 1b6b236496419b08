import { Fragment } from 'preact';
import type { Details } from './details';

const statuses = { QUEUED: 'on its way', SENT: 'sent', DELIVERED: 'delivered', FAILED: 'failed', OPENED: 'opened', JOINED: 'joined' } as const;

/** Who the customer of a room is, and how far their invitations have come. */
export function CustomerInformation({ room }: { room: Details }) {
  const { customer, invitations } = room;
  if (!customer) return null;
  return (
    <details class="customer">
      <summary>Customer</summary>
      <dl>
        <dt>Name</dt>
        <dd>{customer.name}</dd>
        {customer.phone && <><dt>Phone</dt><dd>{customer.phone}</dd></>}
        {customer.email && <><dt>Email</dt><dd>{customer.email}</dd></>}
        {invitations?.nodes.map(({ id, to, status, failureReason }) => (
          <Fragment key={id}>
            <dt>Invited at {to}</dt>
            <dd>{[statuses[status], failureReason].filter(Boolean).join(': ')}</dd>
          </Fragment>
        ))}
      </dl>
    </details>
  );
}
