// A history that is read backwards in pages, from the newest, while it grows at its end.
import { signal } from '@preact/signals';
import { ApiError } from './connection';

interface Entry {
  id: string;
  sentAt: string;
}

interface Page<Kind> {
  nodes: Kind[];
  pageInfo: { hasPreviousPage: boolean; startCursor: string | null };
}

export class PagedHistory<Kind extends Entry> {
  /** The newest in order of time, and those before that were asked for: each once, as it came last. */
  readonly entries = signal<Kind[]>([]);
  readonly hasEarlier = signal(false);
  readonly readingEarlier = signal(false);

  #start: string | null = null; // of the earliest page
  #readPage: (before: string | null) => Promise<Page<Kind> | undefined>;

  /** `readPage` reads the page that comes before a cursor. */
  constructor(readPage: (before: string | null) => Promise<Page<Kind> | undefined>) {
    this.#readPage = readPage;
  }

  /**
   * Begins with the newest page, also anew. What is older comes again when it is asked for: between that and the page there may be
   * a gap.
   */
  beginWith(page: Page<Kind>) {
    const begin = Date.parse(page.nodes[0]?.sentAt ?? '');
    this.entries.value = this.entries.value.filter(({ sentAt }) => Date.parse(sentAt) >= begin);
    this.#add(page);
  }

  /** Shows what is told, however often. Of what was written at one moment, the last to be told is the last. */
  show(entry: Kind) {
    this.#arrange([...this.#without([entry]), entry]);
  }

  /** Shows what the answer to its author says, until it is told: where it stands is known then, and what has become of it. */
  anticipate(entry: Kind) {
    if (this.entries.value.every(({ id }) => id !== entry.id)) this.show(entry);
  }

  /** Changes those that are shown. The others come as they are by then, when they are asked for. */
  update(change: (entry: Kind) => Kind) {
    this.entries.value = this.entries.value.map(change);
  }

  /** Shows what was written before. Who is refused is told so by what is followed. */
  async showEarlier() {
    if (this.readingEarlier.value || !this.hasEarlier.value) return;
    this.readingEarlier.value = true;
    try {
      const page = await this.#earlierPage();
      if (page) this.#add(page);
    } catch (refusal) {
      if (!(refusal instanceof ApiError)) throw refusal;
    } finally {
      this.readingEarlier.value = false;
    }
  }

  // Where it has begun anew meanwhile another page comes before it.
  async #earlierPage() {
    for (;;) {
      const before = this.#start;
      const page = await this.#readPage(before);
      if (before === this.#start) return page;
    }
  }

  #add({ nodes, pageInfo }: Page<Kind>) {
    this.#arrange([...nodes, ...this.#without(nodes)]);
    this.#start = pageInfo.startCursor;
    this.hasEarlier.value = pageInfo.hasPreviousPage;
  }

  #without(entries: Kind[]) {
    const ids = new Set(entries.map(({ id }) => id));
    return this.entries.value.filter(({ id }) => !ids.has(id));
  }

  // Those of one moment stay as they are given.
  #arrange(entries: Kind[]) {
    this.entries.value = entries.sort((a, b) => Date.parse(a.sentAt) - Date.parse(b.sentAt));
  }
}
