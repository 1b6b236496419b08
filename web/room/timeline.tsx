import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { Shared } from './document/shared';
import { Time } from '../parts/time';
import type { LiveRoom, Message } from './live-room';
import { nameIn } from './people';

const sides = { MEMBER: 'Team', CUSTOMER: 'Customer', SPECIALIST: 'Specialist', SYSTEM: 'Notice' } as const;

/** Everything that was put into a room. It stays at the end, unless the reader has scrolled up to read and does not write. */
export function Timeline({ live }: { live: LiveRoom }) {
  const log = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const messages = live.messages.value;
  const last = messages.at(-1);
  useLayoutEffect(() => void (atEnd.current ||= last ? live.isViewer(last.author) : false), [last?.id]);
  useLayoutEffect(goOnToEnd, [messages]);
  useEffect(() => {
    const observer = new ResizeObserver(goOnToEnd);
    observer.observe(log.current!);
    return () => observer.disconnect();
  }, []);

  function goOnToEnd() {
    if (atEnd.current) log.current!.scrollTop = log.current!.scrollHeight;
  }

  function scrolled({ currentTarget: { scrollTop, scrollHeight, clientHeight } }: { currentTarget: HTMLDivElement }) {
    atEnd.current = scrollHeight - scrollTop - clientHeight < 40;
  }

  return (
    <>
      <div class="log" role="log" aria-label="Messages" tabIndex={0} ref={log} onScroll={scrolled}>
        {live.hasEarlier.value && <button class="quiet" onClick={() => live.showEarlier()}>Earlier messages</button>}
        <ol>
          {messages.map((message) => (
            <Entry key={message.id} live={live} message={message} />
          ))}
        </ol>
      </div>
      <p class="typing quiet" role="status">{typingSentence(live)}</p>
    </>
  );
}

function Entry({ live, message }: { live: LiveRoom; message: Message }) {
  const { author, body, document, side } = message;
  return (
    <li class={`message ${live.isViewer(author) ? 'own' : ''}`} data-side={side}>
      <p class="heading">
        {author && <strong>{nameIn(live, author)}</strong>} <span>{sides[side]}</span> <Time at={message.sentAt} />
      </p>
      {document ? <Shared document={document} /> : <p class="body">{body}</p>}
    </li>
  );
}

function typingSentence(live: LiveRoom) {
  const names = live.typing.value.map((person) => person.name);
  if (names.length === 0) return '';
  return `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} typing…`;
}
