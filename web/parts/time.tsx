const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const short = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'full' });

/** A moment, in the reader's language; of today only the time. */
export function Time({ at }: { at: string }) {
  return <time dateTime={at}>{(isToday(at) ? short : full).format(new Date(at))}</time>;
}

/** The time of a moment of which the day is known. */
export function Clock({ at }: { at: string }) {
  return <time dateTime={at}>{short.format(new Date(at))}</time>;
}

/** The day of a moment. */
export function Day({ at }: { at: string }) {
  return <time dateTime={at}>{isToday(at) ? 'Today' : day.format(new Date(at))}</time>;
}

function isToday(at: string) {
  return new Date(at).toDateString() === new Date().toDateString();
}
