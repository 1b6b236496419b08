import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Earlier } from '../parts/earlier';
import { DownIcon } from '../parts/icons';
import { Day } from '../parts/time';
import { type Document, Opened } from './document/shared';
import { Entry } from './entry';
import type { LiveRoom, Message } from './live-room';

const earlierWithin = 200; // pixels from the top, from where what was written before is read
const togetherMs = 5 * 60_000;

/**
 * Everything that was put into a room. It stays at the end, unless the reader has scrolled up to read and does not write; then it
 * says when there is news. What was written before comes when one scrolls up to it, and what is looked at stays where it is. Where a
 * message is `sought`, it goes there, as far up as that is.
 */
export function Timeline({ live, sought }: { live: LiveRoom; sought?: string }) {
  const log = useRef<HTMLDivElement>(null);
  const place = useRef({ atEnd: true, fromEnd: 0, first: '' });
  const found = useRef<string>();
  const [news, setNews] = useState(false);
  const [opened, setOpened] = useState<Document | null>(null);
  const { entries, hasEarlier, readingEarlier } = live.messages;
  const messages = entries.value;
  const first = messages[0]?.id ?? '';
  const last = messages.at(-1);
  useLayoutEffect(noteNews, [last?.id]);
  useLayoutEffect(keepPlace, [messages]);
  useEffect(seek, [messages, sought]);
  useEffect(() => {
    const observer = new ResizeObserver(keepAtEnd);
    observer.observe(log.current!);
    return () => observer.disconnect();
  }, []);

  function noteNews() {
    if (!last || place.current.atEnd) return;
    if (live.isViewer(last.author)) place.current.atEnd = true;
    else setNews(true);
  }

  // What comes above moves nothing: it is as far from the end as before.
  function keepPlace() {
    const { first: before, fromEnd } = place.current;
    place.current.first = first;
    if (place.current.atEnd) return keepAtEnd();
    if (first !== before) log.current!.scrollTop = log.current!.scrollHeight - fromEnd;
  }

  function keepAtEnd() {
    if (place.current.atEnd) log.current!.scrollTop = log.current!.scrollHeight;
  }

  // Until it is there, page after page of what was written before is shown.
  function seek() {
    if (found.current === sought) return;
    const message = log.current!.querySelector<HTMLElement>('.sought');
    if (sought && !message) return void live.messages.showEarlier();
    found.current = sought;
    if (!message) return;
    message.scrollIntoView({ block: 'center' });
    message.focus({ preventScroll: true });
    scrolled();
  }

  function scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = log.current!;
    place.current.fromEnd = scrollHeight - scrollTop;
    place.current.atEnd = scrollHeight - scrollTop - clientHeight < 40;
    if (place.current.atEnd) setNews(false);
    if (scrollTop < earlierWithin && !place.current.atEnd) live.messages.showEarlier();
  }

  return (
    <div class="timeline">
      <div class="log" role="log" aria-label="Messages" aria-busy={readingEarlier.value} tabIndex={0} ref={log} onScroll={scrolled}>
        {hasEarlier.value && <Earlier what="messages" onClick={() => live.messages.showEarlier()} />}
        {messages.length === 0 && <p class="nothing quiet">Nothing has been written or shared yet.</p>}
        <ol>
          {messages.flatMap((message, i) => [
            isNewDay(message, messages[i - 1]) && <li key={`day of ${message.id}`} class="day"><Day at={message.sentAt} /></li>,
            <Entry
              key={message.id}
              live={live}
              message={message}
              goesOn={goesOn(message, messages[i - 1])}
              sought={message.id === sought}
              onOpen={setOpened}
            />,
          ])}
        </ol>
      </div>
      {news && (
        <button type="button" class="to-end" onClick={() => log.current!.scrollTo({ top: log.current!.scrollHeight })}>
          <DownIcon /> New messages
        </button>
      )}
      <p class="typing quiet" role="status">{typingSentence(live)}</p>
      {opened && <Opened document={opened} onClose={() => setOpened(null)} />}
    </div>
  );
}

function isNewDay(message: Message, before?: Message) {
  return !before || new Date(message.sentAt).toDateString() !== new Date(before.sentAt).toDateString();
}

// Whether a message goes on with what its author has just written.
function goesOn(message: Message, before?: Message) {
  if (!before || isNewDay(message, before)) return false;
  const passed = Date.parse(message.sentAt) - Date.parse(before.sentAt);
  return message.side === before.side && message.author?.id === before.author?.id && passed < togetherMs;
}

function typingSentence(live: LiveRoom) {
  const names = live.typing.value.map((person) => person.name);
  if (names.length === 0) return '';
  return `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} typing…`;
}
