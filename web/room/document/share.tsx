import { useRef, useState } from 'preact/hooks';
import { change, messageOf, newKey } from '../../client/connection';
import { ClipIcon } from '../../parts/icons';
import type { LiveRoom } from '../live-room';
import { SHARE } from './operations';

/** A button to choose a file with, which is shared in a room. `onNote` is told how it goes. */
export function ShareButton({ live, onNote }: { live: LiveRoom; onNote: (sentence: string) => void }) {
  const [busy, setBusy] = useState(false);
  const input = useRef<HTMLInputElement>(null);

  async function share() {
    const file = input.current!.files?.[0];
    if (!file) return;
    input.current!.value = '';
    setBusy(true);
    onNote(`Sharing ${file.name}…`);
    try {
      const variables = { roomId: live.id, file, key: newKey() };
      const { shareDocument } = await change(SHARE, variables, () => onNote('Not shared yet. Trying again…'));
      if (shareDocument.message) live.show(shareDocument.message);
      onNote(shareDocument.confirmation ?? shareDocument.userErrors.map((refusal) => refusal.message).join(' '));
    } catch (error) {
      onNote(messageOf(error));
    }
    setBusy(false);
  }

  return (
    <>
      <input ref={input} type="file" hidden onChange={share} />
      <button type="button" class="quiet icon" aria-label="Share a document" disabled={busy} onClick={() => input.current!.click()}>
        <ClipIcon />
      </button>
    </>
  );
}
