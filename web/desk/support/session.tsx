import { useState } from 'preact/hooks';
import { change } from '../../client/connection';
import type { FragmentOf } from '../../client/graphql';
import { Confirm } from '../../parts/confirm';
import { useFocusRecovered } from '../../parts/focus';
import { Menu } from '../../parts/menu';
import { Time } from '../../parts/time';
import { useChange } from '../../parts/use-change';
import { ShareScreenButton } from '../../room/screen/share-button';
import { serves } from '../member/me';
import type { RoomAtDesk } from '../room/details';
import { InviteSpecialists } from './invite';
import { END_SESSION, type SUPPORT_SESSION, UPDATE_SESSION } from './operations';
import { modes } from './portal';
import './support.css';

export type SupportSession = FragmentOf<typeof SUPPORT_SESSION>;

interface SessionProps {
  room: RoomAtDesk;
  session: SupportSession;
}

/** The support session that is going on in a room, and what members do with it. */
export function SessionBar({ room, session }: SessionProps) {
  useFocusRecovered();
  const { portal, host, startedAt } = session;
  return (
    <section class="support" aria-label="Support session">
      <p>
        <strong>Support session</strong>{' '}
        <span class="quiet">
          {portal.name} ({modes[portal.mode]}) · {host.name} · since <Time at={startedAt} /> · {seats(session)}
        </span>
      </p>
      {serves.value && (
        <div class="actions">
          <InviteToSession room={room} session={session} />
          <ShareScreenButton live={room.live} />
          <EndSession room={room} session={session} />
          {portal.allowsSpecialists && <MayShare room={room} session={session} />}
        </div>
      )}
    </section>
  );
}

function seats({ specialistSeats: { taken, limit } }: SupportSession) {
  return limit === null ? `${taken} specialists` : `${taken} of ${limit} specialists`;
}

function InviteToSession({ room, session }: SessionProps) {
  const [inviting, setInviting] = useState(false);
  const { portal } = session;
  return (
    <>
      <Menu face="Invite to session">
        <button type="button" disabled={!portal.allowsSpecialists} onClick={() => setInviting(true)}>External specialists</button>
        {!portal.allowsSpecialists && (
          <p class="quiet">The portal {portal.name} does not let them in. An administrator can change it.</p>
        )}
      </Menu>
      {inviting && <InviteSpecialists room={room} session={session} onClose={() => setInviting(false)} />}
    </>
  );
}

function EndSession({ room, session }: SessionProps) {
  const [asking, setAsking] = useState(false);

  async function end() {
    const { endSupportSession } = await change(END_SESSION, { id: session.id });
    room.look();
    return endSupportSession.userErrors;
  }

  return (
    <>
      <button class="quiet" onClick={() => setAsking(true)}>End session</button>
      {asking && (
        <Confirm title="End the support session" action="End session" work={end} onClose={() => setAsking(false)}>
          The code stops working, specialists are out, and screens are not shared any more. The conversation stays.
        </Confirm>
      )}
    </>
  );
}

function MayShare({ room, session }: SessionProps) {
  const { run, reason } = useChange();

  async function update(specialistsMayShare: boolean) {
    const { updateSupportSession } = await change(UPDATE_SESSION, { id: session.id, specialistsMayShare }).finally(room.look);
    return updateSupportSession.userErrors;
  }

  return (
    <>
      <label>
        <input
          type="checkbox"
          checked={session.specialistsMayShare}
          onChange={({ currentTarget: { checked } }) => run(() => update(checked))}
        />{' '}
        Specialists may share a screen
      </label>
      {reason && <p class="refusal" role="alert">{reason}</p>}
    </>
  );
}
