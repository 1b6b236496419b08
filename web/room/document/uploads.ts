import { signal } from '@preact/signals';
import { change, messageOf, newKey } from '../../client/connection';
import { reasonOf } from '../../client/graphql';
import type { LiveRoom } from '../live-room';
import { CREATE_UPLOAD, SHARE } from './operations';
import { FileRefused, sendBytes } from './send-bytes';

/** A file on its way into a room. */
export interface Upload {
  readonly id: string;
  readonly file: File;
  /** How many of its bytes have gone. */
  sent: number;
  state: 'waiting' | 'sending' | 'interrupted' | 'refused';
  /** What the server says against it. */
  refusal: string;
}

const mostBytes = 2 ** 31 - 1; // that can be said; the server takes fewer

/** The files that somebody shares in a room, one after the other, each of them once, whatever the network does. */
export class Uploads {
  /** What is on its way, and what was refused, until that is dismissed. */
  readonly list = signal<Upload[]>([]);
  /** What was said of the last one that was shared. */
  readonly confirmation = signal('');

  #live!: LiveRoom;
  #controllers = new Map<string, AbortController>();
  #busy = false;

  /** The room that they go into is looked at as this from now on. */
  goInto(live: LiveRoom) {
    this.#live = live;
  }

  add(...files: File[]) {
    const uploads = files.map((file): Upload => ({ id: newKey(), file, sent: 0, state: 'waiting', refusal: '' }));
    uploads.forEach(({ id }) => this.#controllers.set(id, new AbortController()));
    this.list.value = [...this.list.value, ...uploads];
    this.#work();
  }

  /** Takes a file off the list, and stops it where it is on its way. */
  remove(id: string) {
    this.#controllers.get(id)?.abort();
    this.#controllers.delete(id);
    this.list.value = this.list.value.filter((upload) => upload.id !== id);
  }

  async #work() {
    if (this.#busy) return;
    this.#busy = true;
    for (let next = this.#next(); next; next = this.#next()) await this.#share(next);
    this.#busy = false;
  }

  #next() {
    return this.list.value.find(({ state }) => state === 'waiting');
  }

  async #share({ id, file }: Upload) {
    const { signal } = this.#controllers.get(id)!;
    this.#set(id, { state: 'sending' });
    this.confirmation.value = '';
    try {
      this.confirmation.value = await this.#send(id, file, signal);
      this.remove(id);
    } catch (failure) {
      if (!signal.aborted) this.#set(id, { state: 'refused', refusal: failure instanceof FileRefused ? failure.message : messageOf(failure) });
    }
  }

  // Each step can be repeated without doing anything twice. Until the last one the file can be taken back.
  async #send(id: string, file: File, signal: AbortSignal) {
    const onWait = () => this.#set(id, { state: 'interrupted' });
    const announced = { roomId: this.#live.id, filename: file.name, size: Math.min(file.size, mostBytes), key: newKey() };
    const { createUpload } = await change(CREATE_UPLOAD, announced, onWait);
    const { uploadId, url } = createUpload;
    if (!uploadId || !url) throw refused(createUpload);
    signal.throwIfAborted();
    await sendBytes(url, file, { onProgress: (sent) => this.#set(id, { sent, state: 'sending' }), onWait, signal });
    const { shareDocument } = await change(SHARE, { roomId: this.#live.id, uploadId, key: newKey() }, onWait);
    if (!shareDocument.message) throw refused(shareDocument);
    this.#live.messages.anticipate(shareDocument.message);
    return shareDocument.confirmation ?? '';
  }

  #set(id: string, change: Partial<Upload>) {
    this.list.value = this.list.value.map((upload) => (upload.id === id ? { ...upload, ...change } : upload));
  }
}

function refused({ userErrors }: { userErrors: { message: string }[] }) {
  return new FileRefused(reasonOf(userErrors));
}
