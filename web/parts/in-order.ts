interface Sent {
  id: string;
  sentAt: string;
}

/** What was known and what has come since, in order of time: each once, as it came last. */
export function inOrder<Message extends Sent>(known: Message[], come: Message[]) {
  const all = new Map([...known, ...come].map((message) => [message.id, message]));
  return [...all.values()].sort((a, b) => Date.parse(a.sentAt) - Date.parse(b.sentAt));
}

/** What is known but for what is older than a page: between that and the page there may be a gap. */
export function sinceBegin<Message extends Sent>(known: Message[], [first]: Message[]) {
  return known.filter((message) => Date.parse(message.sentAt) >= Date.parse(first?.sentAt ?? ''));
}
