import { useRef, useState } from 'preact/hooks';
import { attempt, change, messageOf, newKey } from '../client/connection';
import { reasonOf } from '../client/graphql';
import { SendIcon } from '../parts/icons';
import { sendOnEnter } from '../parts/send-on-enter';
import { DropPlace, ShareButton } from './document/share';
import { UploadList } from './document/upload-list';
import type { LiveRoom, Message } from './live-room';
import { SEND, SET_TYPING } from './operations';

const typingEveryMs = 3_000;
const unnoticedMs = 1_000; // what takes longer is said to go on

// What was typed, by who has typed it and where: who comes back finds it in the box, unless it is on its way or was sent.
const drafts = new Map<string, string>();

/** The chat bar. The text stays in its box until the server has answered: then, and only then, it is on its way for certain. */
export function Composer({ live }: { live: LiveRoom }) {
  const [sending, setSending] = useState(false);
  const [note, setNote] = useState('');
  const box = useRef<HTMLTextAreaElement>(null);
  const lastTyped = useRef(0);
  const place = `${live.viewer.value?.id} ${live.openedAs}`;

  async function send() {
    const body = box.current!.value;
    if (sending || body.trim() === '') return;
    setSending(true);
    setNote('');
    drafts.delete(place);
    const slow = setTimeout(() => setNote('Sending…'), unnoticedMs);
    const onWait = () => {
      clearTimeout(slow);
      setNote('Not sent yet. Trying again…');
    };
    try {
      const { sendMessage } = await change(SEND, { roomId: live.id, body, key: newKey() }, onWait);
      if (sendMessage.message) sent(sendMessage.message);
      else drafts.set(place, body);
      setNote(reasonOf(sendMessage.userErrors));
    } catch (error) {
      drafts.set(place, body);
      setNote(messageOf(error));
    }
    clearTimeout(slow);
    setSending(false);
  }

  function sent(message: Message) {
    live.messages.anticipate(message);
    if (box.current) box.current.value = ''; // the room may be left by now
    lastTyped.current = 0;
  }

  function typed() {
    drafts.set(place, box.current!.value);
    if (Date.now() - lastTyped.current < typingEveryMs) return;
    lastTyped.current = Date.now();
    attempt(SET_TYPING, { roomId: live.id, typing: true }).catch(() => {}); // it may get lost
  }

  return (
    <>
      <UploadList live={live} />
      <p class="unseen" role="status">{live.uploads.confirmation}</p>
      <form class="composer" onSubmit={(submission) => (submission.preventDefault(), send())}>
        <ShareButton live={live} />
        <textarea
          ref={box}
          rows={1}
          defaultValue={drafts.get(place)}
          placeholder="Write a message"
          aria-label="Your message"
          aria-describedby="send-note"
          dir="auto"
          enterkeyhint="send"
          readOnly={sending}
          onKeyDown={sendOnEnter}
          onInput={typed}
        />
        <button class="icon" aria-label="Send" onMouseDown={keepFocus}><SendIcon /></button>
        <p id="send-note" role="status">{note}</p>
      </form>
      <DropPlace live={live} />
    </>
  );
}

// The box keeps the focus, or the keyboard of a phone would go away with each message.
function keepFocus(press: MouseEvent) {
  press.preventDefault();
}
