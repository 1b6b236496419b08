import { useState } from 'preact/hooks';
import { change, messageOf, newKey } from '../../client/connection';
import type { LiveRoom } from '../live-room';
import { START_SHARING, STOP_SHARING } from './operations';
import { mayShare } from './rights';
import { Sharer } from './sharer';

/** Shares the viewer's screen in the support session of a room, where they may, or stops it. */
export function ShareScreenButton({ live }: { live: LiveRoom }) {
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState('');
  const sharing = sharedBy(live);
  if (!sharing && !canShare(live)) return null;

  async function shareOrStop() {
    setBusy(true);
    setRefusal('');
    try {
      if (sharing) await stop(live);
      else setRefusal(await share(live));
    } catch (error) {
      setRefusal(messageOf(error));
    }
    setBusy(false);
  }

  return (
    <>
      <button type="button" class="quiet" disabled={busy} onClick={shareOrStop}>{sharing ? 'Stop sharing' : 'Share my screen'}</button>
      {refusal && <p class="refusal" role="alert">{refusal}</p>}
    </>
  );
}

// The id of the viewer's own share; it may be one of another window, or of before a reload.
function sharedBy(live: LiveRoom) {
  const shares = live.situation.value?.supportSession?.screenShares ?? [];
  return live.sharing.value?.share.id ?? shares.find(({ sharer }) => live.isViewer(sharer))?.id;
}

// Browsers of phones have nothing to share a screen with.
function canShare({ viewer, situation }: LiveRoom) {
  const session = situation.value?.supportSession;
  return viewer.value && session && mayShare(viewer.value, session) && navigator.mediaDevices?.getDisplayMedia;
}

// Gives why it was refused.
async function share(live: LiveRoom) {
  const stream = await chosenStream();
  if (!stream) return '';
  const sessionId = live.situation.value?.supportSession?.id ?? '';
  const { startScreenShare } = await change(START_SHARING, { sessionId, key: newKey() });
  if (!startScreenShare.screenShare) {
    stream.getTracks().forEach((track) => track.stop());
    return startScreenShare.userErrors.map((error) => error.message).join(' ');
  }
  live.sharing.value = new Sharer(startScreenShare.screenShare, stream);
  const [picture] = stream.getVideoTracks();
  picture!.onended = () => void stop(live).catch(() => {}); // with the browser's own button
  return '';
}

async function stop(live: LiveRoom) {
  const shareId = sharedBy(live);
  live.sharing.value = null;
  if (shareId) await change(STOP_SHARING, { shareId });
}

// What the person chooses to share; nothing where they think better of it.
async function chosenStream() {
  try {
    return await navigator.mediaDevices.getDisplayMedia({ video: true });
  } catch {
    return null;
  }
}
