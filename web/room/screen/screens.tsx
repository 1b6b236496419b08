import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { attempt } from '../../client/connection';
import { accessToken } from '../../client/session';
import type { LiveRoom, ScreenShare } from '../live-room';
import { capture } from './control';
import { STOP_SHARING } from './operations';
import { PointerMark } from './pointer';
import { mayControl } from './rights';
import type { Sharer } from './sharer';
import { Watcher } from './watcher';
import './screen.css';

/** The screens that are shared in the support session of a room: the viewer's own, and those of others. */
export function Screens({ live }: { live: LiveRoom }) {
  const shares = live.situation.value?.supportSession?.screenShares ?? [];
  const own = live.sharing.value;
  return (
    <section class="screens" aria-label="Shared screens" aria-live="polite">
      {own && <OwnScreen key={own.share.id} live={live} sharer={own} />}
      {shares.filter(({ sharer }) => !live.isViewer(sharer)).map((share) => (
        <WatchedScreen key={share.id} live={live} share={share} />
      ))}
    </section>
  );
}

/** What others see of the viewer's screen, and where they point. It is shared for as long as this is there. */
function OwnScreen({ live, sharer }: { live: LiveRoom; sharer: Sharer }) {
  useEffect(() => {
    const leaving = new AbortController();
    const stopListening = live.listen((event) => {
      if (event.__typename === 'SpecialistLeft') sharer.drop(event.specialist.id);
      if (event.__typename === 'ScreenShareStopped' && event.screenShare.id === sharer.share.id) live.sharing.value = null;
    });
    // A page that is left or loaded anew has lost its stream: nobody should wait for pictures.
    addEventListener('pagehide', () => sayStopped(sharer), { signal: leaving.signal });
    return () => {
      leaving.abort();
      stopListening();
      sharer.stop();
      if (live.sharing.value !== sharer) return; // it was stopped before
      live.sharing.value = null;
      sayStopped(sharer);
    };
  }, [sharer]);
  return (
    <figure class="screen own">
      <figcaption>Others see this of your screen</figcaption>
      <div class="screen-picture">
        <Video stream={sharer.stream} />
        {sharer.pointers.value.map((pointer) => <PointerMark key={pointer.person.id} pointer={pointer} />)}
      </div>
    </figure>
  );
}

function sayStopped({ share }: Sharer) {
  if (accessToken.value) attempt(STOP_SHARING, { shareId: share.id }, { keepalive: true }).catch(() => {});
}

/** The screen of somebody else. What the viewer does over it is passed on, where they may. */
function WatchedScreen({ live, share }: { live: LiveRoom; share: ScreenShare }) {
  const watcher = useMemo(() => new Watcher(share), [share.id]);
  const [over, setOver] = useState(false);
  useEffect(() => {
    const stopListening = live.listen((event) => {
      if (event.__typename === 'ScreenShareStopped' && event.screenShare.id === share.id) setOver(true);
    });
    return () => {
      stopListening();
      watcher.stop();
    };
  }, [watcher]);
  const picture = useRef<HTMLDivElement>(null);
  const controlled = live.viewer.value !== null && mayControl(live.viewer.value);
  useEffect(() => {
    const releasing = new AbortController();
    if (controlled && picture.current) capture(picture.current, (inputs) => watcher.control(inputs), releasing.signal);
    return () => releasing.abort();
  }, [watcher, controlled]);
  if (over) return null;
  const name = `${share.sharer.name}'s screen`;
  const keyboard = { role: 'application', tabIndex: 0, 'aria-label': `Keyboard and mouse of ${name}; Tab leads out of it` } as const;
  return (
    <figure class="screen">
      <figcaption>{sentenceOf(name, watcher.state.value, controlled)}</figcaption>
      <div ref={picture} class="screen-picture" {...(controlled && keyboard)}>
        <Video stream={watcher.stream.value} />
      </div>
    </figure>
  );
}

function Video({ stream }: { stream: MediaStream | null }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => void (video.current!.srcObject = stream), [stream]);
  return <video ref={video} muted autoplay playsInline />;
}

function sentenceOf(name: string, state: RTCPeerConnectionState, controlled: boolean) {
  if (state === 'connected') return controlled ? `${name}: point and type here` : name;
  if (state === 'failed') return `There is no way to ${name}. Trying again…`;
  return `Connecting to ${name}…`;
}
