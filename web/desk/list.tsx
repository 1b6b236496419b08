import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { GrowingList } from '../client/growing-list';
import { Avatar } from '../parts/avatar';
import { Pending } from '../parts/pending';
import { addressOf } from './address';

interface RowsProps<Item> {
  of: GrowingList<Item & { id: string }>;
  /** What they are in addresses. */
  noun: string;
  /** The id of the one that is open. */
  current: string;
  nameOf: (item: Item) => string;
  /** Shows one of them. */
  row: (item: Item) => ComponentChildren;
  /** What to say where there is nothing. */
  none: string;
  /** What the button says that asks for more. */
  more: string;
}

/** What there is to be opened, and the way to more of it. Who asks for more goes on at the first of what has come. */
export function Rows<Item>({ of, noun, current, nameOf, row, none, more }: RowsProps<Item>) {
  const list = useRef<HTMLUListElement>(null);
  const seen = useRef<number | null>(null);
  const items = of.items.value;
  useLayoutEffect(() => {
    if (seen.current === null || !items || items.length <= seen.current) return;
    list.current!.querySelectorAll('a')[seen.current].focus();
    seen.current = null;
  }, [items]);

  function showMore() {
    seen.current = items!.length;
    of.grow();
  }

  if (!items) return <Pending />;
  if (items.length === 0) return <p class="empty" role="status">{none}</p>;
  return (
    <>
      <ul ref={list}>
        {items.map((item) => (
          <li key={item.id}>
            <a href={addressOf(noun, item.id)} aria-current={item.id === current ? 'page' : undefined}>
              <Avatar name={nameOf(item)} />
              {row(item)}
            </a>
          </li>
        ))}
      </ul>
      {of.hasMore.value && <button class="quiet more" onClick={showMore}>{more}</button>}
    </>
  );
}
