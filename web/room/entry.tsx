import { Clock } from '../parts/time';
import { type Document, Shared } from './document/shared';
import type { LiveRoom, Message } from './live-room';
import { nameIn } from './people';

const sides = { MEMBER: 'Team', CUSTOMER: 'Customer', SPECIALIST: 'Specialist', SYSTEM: 'Notice' } as const;

interface EntryProps {
  live: LiveRoom;
  message: Message;
  /** Whether it goes on with the entry before: who wrote it is then said to those alone who do not see that. */
  goesOn: boolean;
  /** Whether it is what the reader looks for. */
  sought: boolean;
  /** Opens a document over the page. */
  onOpen: (document: Document) => void;
}

/** An entry of the timeline. */
export function Entry({ live, message, goesOn, sought, onOpen }: EntryProps) {
  const { author, body, document, side, sentAt } = message;
  const own = live.isViewer(author);
  return (
    <li
      class={`message ${own ? 'own' : ''} ${goesOn ? 'goes-on' : ''} ${sought ? 'sought' : ''}`}
      data-side={side}
      tabIndex={sought ? -1 : undefined}
    >
      <p class={`heading ${goesOn ? 'unseen' : ''}`}>
        <span class={own ? 'unseen' : 'from'}>{author && <strong>{nameIn(live, author)}</strong>} {sides[side]} </span>
        <Clock at={sentAt} />
      </p>
      <div class="bubble">{document ? <Shared document={document} onOpen={onOpen} /> : <p class="body">{body}</p>}</div>
    </li>
  );
}
