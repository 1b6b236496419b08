import { useState } from 'preact/hooks';
import { attempt } from '../../client/connection';
import * as session from '../../client/session';
import { Avatar } from '../../parts/avatar';
import { Menu } from '../../parts/menu';
import { OwnMessages } from '../message/predefined';
import { Colleagues } from './colleagues-dialog';
import { me, serves } from './me';
import { SIGN_OUT } from './operations';
import { roles } from './roles';
import './account.css';

const dialogs = { colleagues: Colleagues, predefined: OwnMessages };

/** Who has signed in, and what there is for them alone. */
export function AccountMenu() {
  const [open, setOpen] = useState<keyof typeof dialogs | null>(null);
  if (!me.value) return null;
  const { name, email, role } = me.value;
  const Opened = open && dialogs[open];
  return (
    <>
      <Menu label={`Signed in as ${name}`} face={<Avatar name={name} />}>
        <p class="account">
          <strong>{name}</strong>
          <span class="quiet">{email}</span>
          <span class="quiet">{roles[role].name}</span>
        </p>
        <button type="button" onClick={() => setOpen('colleagues')}>Colleagues</button>
        {serves.value && <button type="button" onClick={() => setOpen('predefined')}>My predefined messages</button>}
        <button type="button" onClick={signOut}>Sign out</button>
      </Menu>
      {Opened && <Opened onClose={() => setOpen(null)} />}
    </>
  );
}

// The token goes out with the request, and is forgotten at once, whatever becomes of that.
function signOut() {
  attempt(SIGN_OUT, {}).catch(() => {});
  session.end();
}
