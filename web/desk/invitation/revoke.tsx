import { change } from '../../client/connection';
import { Confirm } from '../../parts/confirm';
import { REVOKE_LINKS } from './operations';

/** Ends what was handed out for a room. */
export function RevokeLinks({ roomId, onClose }: { roomId: string; onClose: () => void }) {
  const revoke = async () => (await change(REVOKE_LINKS, { roomId })).revokeLinks.userErrors;
  return (
    <Confirm title="Revoke links" action="Revoke all links" work={revoke} onClose={onClose}>
      The customer is out at once, and no link that was sent or copied opens this room any more. Re-invite them to let them in again.
    </Confirm>
  );
}
