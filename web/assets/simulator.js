// The phone and the mailbox of the simulated carrier: what was sent, newest first, and replies as the customer.
import { elementsById, make } from '/assets/dom.js';

const everyMs = 1_000;
const time = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const page = elementsById();
const shown = new Map();

page.reply.addEventListener('submit', reply);
showChannels();
poll();

// What goes by a real carrier or mail server is not here.
async function showChannels() {
  const channels = await (await fetch('/simulator/channels')).json();
  page['phone-section'].hidden = !channels.includes('SMS');
  page['mailbox-section'].hidden = !channels.includes('EMAIL');
}

async function poll() {
  try {
    const response = await fetch('/simulator/messages');
    (await response.json()).forEach(show);
    say('');
  } catch {
    say('The server does not answer. Trying again…');
  }
  setTimeout(poll, everyMs);
}

// Shows a message, or what has changed about it.
function show(message) {
  const state = JSON.stringify(message);
  const before = shown.get(message.id);
  if (before?.state === state) return;
  const entry = entryOf(message);
  shown.set(message.id, { state, entry });
  if (before) {
    before.entry.replaceWith(entry);
    return;
  }
  const box = message.channel === 'SMS' ? page.phone : page.mailbox;
  box.prepend(entry);
  if (message.channel === 'SMS') offerNumbers(message);
}

function entryOf(message) {
  const entry = make('article', 'message');
  const heading = make('p', 'heading');
  heading.append(
    make('span', 'to', `To ${message.to}`),
    make('span', 'from', message.from && `from ${message.from}`),
    make('span', 'status', message.status),
    make('time', '', time.format(new Date(message.sentAt))),
  );
  entry.append(heading);
  if (message.subject) entry.append(make('p', 'subject', message.subject));
  entry.append(withLinks(message.text));
  if (message.channel === 'SMS') entry.append(replyButton(message));
  return entry;
}

function withLinks(text) {
  const paragraph = make('p', 'text');
  for (const part of text.split(/(https?:\/\/\S+)/)) {
    paragraph.append(/^https?:\/\//.test(part) ? link(part) : part);
  }
  return paragraph;
}

function link(address) {
  const anchor = make('a', '', address);
  anchor.href = address;
  anchor.target = '_blank';
  anchor.rel = 'noopener noreferrer';
  return anchor;
}

function replyButton(message) {
  const button = make('button', '', 'Reply');
  button.type = 'button';
  button.addEventListener('click', () => {
    page.reply.from.value = message.to;
    page.reply.to.value = message.from;
    page.reply.body.focus();
  });
  return button;
}

function offerNumbers({ to, from }) {
  offer(page.customers, to);
  offer(page.organisations, from);
  page.reply.to.value ||= from;
}

function offer(list, value) {
  if ([...list.options].some((option) => option.value === value)) return;
  list.append(new Option(value, value));
}

async function reply(submission) {
  submission.preventDefault();
  const { from, to, body } = Object.fromEntries(new FormData(page.reply));
  const response = await fetch('/simulator/sms', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ from, to, body }),
  });
  if (!response.ok) {
    say(`Not sent: ${await response.text()}`);
    return;
  }
  page.reply.body.value = '';
}

function say(sentence) {
  page.status.textContent = sentence;
}
