import { useState } from 'preact/hooks';
import { change } from '../../client/connection';
import { Confirm } from '../../parts/confirm';
import { useFocusRecovered } from '../../parts/focus';
import { MoreIcon } from '../../parts/icons';
import { Menu } from '../../parts/menu';
import { useChange } from '../../parts/use-change';
import type { Attendee } from '../../room/live-room';
import { rights } from './invite';
import { REMOVE_SPECIALIST, SET_ACCESS } from './operations';

type Specialist = Extract<Attendee, { __typename: 'Specialist' }>;

/** What members do with a specialist who is in the session: give them other rights, or remove them. */
export function SpecialistMenu({ specialist, allowsControl }: { specialist: Specialist; allowsControl: boolean }) {
  useFocusRecovered();
  const [removing, setRemoving] = useState(false);
  const { run, reason } = useChange();
  const { id, name, access } = specialist;

  async function setAccess(access: Specialist['access']) {
    return (await change(SET_ACCESS, { id, access })).setSpecialistAccess.userErrors;
  }

  async function remove() {
    return (await change(REMOVE_SPECIALIST, { id })).removeSpecialist.userErrors;
  }

  return (
    <>
      <Menu face={<MoreIcon />} label={`Change what ${name} may do`}>
        {access === 'CONTROL' && <button type="button" onClick={() => run(() => setAccess('VIEW_ONLY'))}>{rights.VIEW_ONLY}</button>}
        {access === 'VIEW_ONLY' && allowsControl && (
          <button type="button" onClick={() => run(() => setAccess('CONTROL'))}>{rights.CONTROL}</button>
        )}
        <button type="button" onClick={() => setRemoving(true)}>Remove</button>
      </Menu>
      {reason && <p class="refusal" role="alert">{reason}</p>}
      {removing && (
        <Confirm title={`Remove ${name}`} action="Remove" work={remove} onClose={() => setRemoving(false)}>
          {name} is out at once. The code goes on working: cancel it, or they may join again.
        </Confirm>
      )}
    </>
  );
}
