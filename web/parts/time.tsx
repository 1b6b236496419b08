const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const short = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });

/** A moment, in the reader's language; of today only the time. */
export function Time({ at }: { at: string }) {
  const moment = new Date(at);
  const today = moment.toDateString() === new Date().toDateString();
  return <time dateTime={at}>{(today ? short : full).format(moment)}</time>;
}
