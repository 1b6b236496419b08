interface Sent {
  id: string;
  sentAt: string;
}

/** What was known and what has come since, in order of time: each once, as it came last. */
export function inOrder<Message extends Sent>(known: Message[], come: Message[]) {
  const all = new Map([...known, ...come].map((message) => [message.id, message]));
  return [...all.values()].sort((a, b) => Date.parse(a.sentAt) - Date.parse(b.sentAt));
}
