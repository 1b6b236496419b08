// The screens that are shared in a room's support session, on a page: the own one, and those of others.
import { messageOf, newKey } from '/assets/api.js';
import { capture, Pointers } from '/assets/control.js';
import { make } from '/assets/dom.js';
import { Sharer, Watcher } from '/assets/screen.js';
import { SHARE, STOP_SHARING } from '/assets/screen-operations.js';

export class Screens {
  #page;
  #connection;
  #present;
  #own = null;
  #watched = new Map();

  /** `page` holds the elements of the page by their ids. */
  constructor(page, connection) {
    this.#page = page;
    this.#connection = connection;
    page.share.onclick = () => this.#shareOrStop();
    addEventListener('pagehide', this.#leaving);
  }

  /** Shows what is shared now. */
  update(present) {
    this.#present = present;
    const shares = this.#shares();
    for (const id of this.#watched.keys()) {
      if (!shares.some((share) => share.id === id)) this.#unwatch(id);
    }
    for (const share of shares) {
      if (share.sharer.id !== present.viewer.id) this.#watch(share);
    }
    this.#watched.forEach((screen) => screen.controllable(present.viewer.access === 'CONTROL'));
    this.#showButton();
  }

  /** Does what an event of the room says at once, whatever else is asked meanwhile. */
  apply(event) {
    switch (event.__typename) {
      case 'ScreenShareStopped':
        if (event.screenShare.id === this.#own?.share.id) this.#stop();
        this.#unwatch(event.screenShare.id);
        break;
      case 'SpecialistLeft':
        this.#own?.drop(event.specialist.id);
        break;
    }
  }

  close() {
    removeEventListener('pagehide', this.#leaving);
    this.#stop();
    [...this.#watched.keys()].forEach((id) => this.#unwatch(id));
    this.#page.share.hidden = true;
  }

  #shares() {
    return this.#present.room.supportSession?.screenShares ?? [];
  }

  #watch(share) {
    if (!this.#watched.has(share.id)) this.#watched.set(share.id, new WatchedScreen(this.#page.screens, this.#connection, share));
  }

  #unwatch(id) {
    this.#watched.get(id)?.stop();
    this.#watched.delete(id);
  }

  #showButton() {
    const { viewer, room } = this.#present;
    const may = room.supportSession && (viewer.__typename !== 'Specialist' || room.supportSession.specialistsMayShare);
    this.#page.share.hidden = !(this.#sharing() || (may && navigator.mediaDevices?.getDisplayMedia));
    this.#page.share.textContent = this.#sharing() ? 'Stop sharing' : 'Share my screen';
  }

  // The id of the own share; it may be one of another window, or of before a reload.
  #sharing() {
    return this.#own?.share.id ?? this.#shares().find((share) => share.sharer.id === this.#present.viewer.id)?.id;
  }

  async #shareOrStop() {
    const { share: button, status } = this.#page;
    button.disabled = true;
    try {
      await (this.#sharing() ? this.#stopSharing() : this.#share());
    } catch (error) {
      status.textContent = messageOf(error);
    }
    button.disabled = false;
    this.#showButton();
  }

  async #share() {
    const stream = await chosenStream();
    if (!stream) return;
    const sessionId = this.#present.room.supportSession.id;
    const { startScreenShare } = await this.#connection.ask(SHARE, { sessionId, key: newKey() });
    const [refusal] = startScreenShare.userErrors;
    if (refusal) {
      stream.getTracks().forEach((track) => track.stop());
      this.#page.status.textContent = refusal.message;
      return;
    }
    this.#own = new OwnScreen(this.#page.screens, this.#connection, startScreenShare.screenShare, stream);
    const [picture] = stream.getVideoTracks();
    picture.onended = () => this.#shareOrStop(); // with the browser's own button
  }

  async #stopSharing() {
    const shareId = this.#sharing();
    this.#stop();
    await this.#connection.ask(STOP_SHARING, { shareId });
  }

  #stop() {
    this.#own?.stop();
    this.#own = null;
  }

  // A page that is left or loaded anew has lost its stream: nobody should wait for pictures.
  #leaving = () => {
    if (this.#own) this.#connection.once(STOP_SHARING, { shareId: this.#own.share.id }, { keepalive: true }).catch(() => {});
  };
}

// What the person chooses to share; nothing where they think better of it.
async function chosenStream() {
  try {
    return await navigator.mediaDevices.getDisplayMedia({ video: true });
  } catch {
    return null;
  }
}

// A picture with a caption.
class Screen {
  element = make('figure', 'screen');
  caption = make('figcaption');
  picture = make('div', 'picture');
  video = make('video');

  constructor(place) {
    this.video.muted = true;
    this.video.autoplay = true;
    this.video.playsInline = true;
    this.picture.append(this.video);
    this.element.append(this.caption, this.picture);
    place.append(this.element);
  }

  remove() {
    this.video.srcObject = null;
    this.element.remove();
  }
}

// What others see of the own screen, and where they point.
class OwnScreen {
  #screen;
  #sharer;
  #pointers;

  constructor(place, connection, share, stream) {
    this.share = share;
    this.#screen = new Screen(place);
    this.#screen.element.classList.add('own');
    this.#screen.caption.textContent = 'Others see this of your screen';
    this.#screen.video.srcObject = stream;
    this.#pointers = new Pointers(this.#screen.picture);
    this.#sharer = new Sharer(connection, share, stream, (inputs, actor) => this.#pointers.show(inputs, actor));
  }

  drop(viewerId) {
    this.#sharer.drop(viewerId);
    this.#pointers.drop(viewerId);
  }

  stop() {
    this.#sharer.stop();
    this.#screen.remove();
  }
}

// The screen of somebody else.
class WatchedScreen {
  #screen;
  #watcher;
  #name;
  #state = 'new';
  #controlling = null;

  constructor(place, connection, share) {
    this.#screen = new Screen(place);
    this.#name = share.sharer.name;
    this.#watcher = new Watcher(connection, share, {
      onStream: (stream) => (this.#screen.video.srcObject = stream),
      onState: (state) => {
        this.#state = state;
        this.#describe();
      },
    });
    this.#describe();
  }

  /** Passes on what the viewer does over the picture, or no longer. */
  controllable(may) {
    if (may === Boolean(this.#controlling)) return;
    if (may) this.#control();
    else this.#release();
    this.#describe();
  }

  stop() {
    this.#release();
    this.#watcher.stop();
    this.#screen.remove();
  }

  #control() {
    const { picture } = this.#screen;
    picture.tabIndex = 0;
    picture.role = 'application';
    picture.ariaLabel = `Keyboard and mouse of ${this.#name}'s screen; Tab leads out of it`;
    this.#controlling = new AbortController();
    // Input that is refused or lost is not worth a word: it was for the moment.
    capture(picture, (inputs) => this.#watcher.control(inputs).catch(() => {}), this.#controlling.signal);
  }

  #release() {
    this.#controlling?.abort();
    this.#controlling = null;
    for (const name of ['tabindex', 'role', 'aria-label']) this.#screen.picture.removeAttribute(name);
  }

  #describe() {
    const it = `${this.#name}'s screen`;
    const sentences = {
      connected: this.#controlling ? `${it}: point and type here` : it,
      failed: `There is no way to ${it}. Trying again…`,
    };
    this.#screen.caption.textContent = sentences[this.#state] ?? `Connecting to ${it}…`;
  }
}
