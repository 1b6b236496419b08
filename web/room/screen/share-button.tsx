import { change, newKey } from '../../client/connection';
import { useChange } from '../../parts/use-change';
import type { LiveRoom } from '../live-room';
import { START_SHARING, STOP_SHARING } from './operations';
import { mayShare } from './rights';
import { Sharer } from './sharer';

/** Shares the viewer's screen in the support session of a room, where they may, or stops it. */
export function ShareScreenButton({ live }: { live: LiveRoom }) {
  const { run, busy, reason } = useChange();
  const sharing = sharedBy(live);
  if (!sharing && !canShare(live)) return null;

  return (
    <>
      <button type="button" class="quiet" disabled={busy} onClick={() => run(() => (sharing ? stop(live) : share(live)))}>
        {sharing ? 'Stop sharing' : 'Share my screen'}
      </button>
      {reason && <p class="refusal" role="alert">{reason}</p>}
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

// Gives why it was refused. Where nothing comes of it, nothing goes on being taken from the screen.
async function share(live: LiveRoom) {
  const stream = await chosenStream();
  if (!stream) return [];
  try {
    const sessionId = live.situation.value?.supportSession?.id ?? '';
    const { screenShare, userErrors } = (await change(START_SHARING, { sessionId, key: newKey() })).startScreenShare;
    if (screenShare && live.isLeft) await change(STOP_SHARING, { shareId: screenShare.id });
    else if (screenShare) show(live, new Sharer(screenShare, stream));
    return userErrors;
  } finally {
    if (!live.sharing.value) stream.getTracks().forEach((track) => track.stop());
  }
}

function show(live: LiveRoom, sharer: Sharer) {
  const [picture] = sharer.stream.getVideoTracks();
  picture!.onended = () => void stop(live).catch(() => {}); // with the browser's own button
  live.sharing.value = sharer;
}

async function stop(live: LiveRoom) {
  const shareId = sharedBy(live);
  live.sharing.value = null;
  if (shareId) await change(STOP_SHARING, { shareId });
  return [];
}

// What the person chooses to share; nothing where they think better of it.
async function chosenStream() {
  try {
    return await navigator.mediaDevices.getDisplayMedia({ video: true });
  } catch {
    return null;
  }
}
