const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const short = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const date = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'full' });

/** A moment, in the reader's language; of today only the time. Where there is little place, of other days only the date. */
export function Time({ at, brief = false }: { at: string; brief?: boolean }) {
  const moment = new Date(at);
  const format = isToday(at) ? short : brief ? date : full;
  return <time dateTime={at} title={full.format(moment)}>{format.format(moment)}</time>;
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
