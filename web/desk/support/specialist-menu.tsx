import { useState } from 'preact/hooks';
import { change, messageOf } from '../../client/connection';
import { Confirm } from '../../parts/confirm';
import { MoreIcon } from '../../parts/icons';
import { Menu } from '../../parts/menu';
import type { Attendee } from '../../room/live-room';
import { REMOVE_SPECIALIST, SET_ACCESS } from './operations';

type Specialist = Extract<Attendee, { __typename: 'Specialist' }>;

/** What members do with a specialist who is in the session: give them other rights, or remove them. */
export function SpecialistMenu({ specialist, allowsControl }: { specialist: Specialist; allowsControl: boolean }) {
  const [removing, setRemoving] = useState(false);
  const [refusal, setRefusal] = useState('');
  const { id, name, access } = specialist;

  async function setAccess(access: Specialist['access']) {
    try {
      const { setSpecialistAccess } = await change(SET_ACCESS, { id, access });
      setRefusal(setSpecialistAccess.userErrors.map((error) => error.message).join(' '));
    } catch (error) {
      setRefusal(messageOf(error));
    }
  }

  async function remove() {
    const { removeSpecialist } = await change(REMOVE_SPECIALIST, { id });
    return removeSpecialist.userErrors;
  }

  return (
    <>
      <Menu face={<MoreIcon />} label={`Change what ${name} may do`}>
        {access === 'CONTROL' && <button type="button" onClick={() => setAccess('VIEW_ONLY')}>View only</button>}
        {access === 'VIEW_ONLY' && allowsControl && (
          <button type="button" onClick={() => setAccess('CONTROL')}>Control keyboard and mouse</button>
        )}
        <button type="button" onClick={() => setRemoving(true)}>Remove</button>
      </Menu>
      {refusal && <p class="refusal" role="alert">{refusal}</p>}
      {removing && (
        <Confirm title={`Remove ${name}`} action="Remove" work={remove} onClose={() => setRemoving(false)}>
          {name} is out at once. The code goes on working: cancel it, or they may join again.
        </Confirm>
      )}
    </>
  );
}
