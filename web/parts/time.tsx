const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const short = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

/** A moment, in the reader's language; of today only the time. Where there is little place, of other days only the date. */
export function Time({ at, brief = false }: { at: string; brief?: boolean }) {
  const moment = new Date(at);
  const today = moment.toDateString() === new Date().toDateString();
  return <time dateTime={at} title={full.format(moment)}>{(today ? short : brief ? day : full).format(moment)}</time>;
}
