// A list that grows as more of it is wanted, and is read anew as far as it has grown.
import { signal } from '@preact/signals';

const largestPage = 50;

interface Page<Item> {
  nodes: Item[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

export class GrowingList<Item extends { id: string }> {
  /** What there is of it; null until it is known. */
  readonly items = signal<Item[] | null>(null);
  readonly hasMore = signal(false);
  /** How many are wanted. */
  readonly count = signal(0);

  constructor(readonly step: number) {
    this.restart();
  }

  /** Has as many read as are wanted, in pages. What moves from one page to the next meanwhile is there once. */
  async read(readPage: (first: number, after: string | null) => Promise<Page<Item>>) {
    const items = new Map<string, Item>();
    let after: string | null = null;
    let hasMore = true;
    for (let left = this.count.value; left > 0 && hasMore; left -= largestPage) {
      const page: Page<Item> = await readPage(Math.min(left, largestPage), after);
      page.nodes.forEach((item) => items.set(item.id, item));
      hasMore = page.pageInfo.hasNextPage;
      after = page.pageInfo.endCursor;
    }
    this.items.value = [...items.values()];
    this.hasMore.value = hasMore;
  }

  grow() {
    this.count.value = (this.items.value?.length ?? 0) + this.step;
  }

  /** Wants no more than the first of it, as when something else is looked for. */
  restart() {
    this.count.value = this.step;
  }

  forget() {
    this.items.value = null;
    this.hasMore.value = false;
    this.restart();
  }
}
