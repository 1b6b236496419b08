import { Avatar } from '../../parts/avatar';
import { Dialog } from '../../parts/dialog';
import { colleagues } from './colleagues';
import { myId } from './me';
import { StateSentence } from './state';

/** Who else works here, and whether they serve customers at the moment. */
export function Colleagues({ onClose }: { onClose: () => void }) {
  const others = colleagues.value.filter(({ id }) => id !== myId.value);
  return (
    <Dialog title="Colleagues" onClose={onClose}>
      {others.length === 0 && <p class="empty">Nobody else is a member yet.</p>}
      <ul class="colleagues">
        {others.map((colleague) => (
          <li key={colleague.id}>
            <Avatar name={colleague.name} />
            <div>
              <strong>{colleague.name}</strong>
              <StateSentence member={colleague} />
            </div>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
