const TIME = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const DAY = new Intl.DateTimeFormat(undefined, {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
});
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' });
const DAY_MS = 24 * 60 * 60_000;

/** The calendar day in the reader's zone, for comparing. */
export function dayOf(at: number): string {
  return new Date(at).toDateString();
}

export function dayInWords(at: number): string {
  const day = dayOf(at);
  if (day === dayOf(Date.now())) return 'Today';
  if (day === dayOf(Date.now() - DAY_MS)) return 'Yesterday';
  return DAY.format(at);
}

export function timeInWords(at: number): string {
  return TIME.format(at);
}

/** Local time, and UTC for those who compare logs. */
export function instantInWords(at: number): string {
  return `${FULL.format(at)} · ${new Date(at).toISOString()}`;
}
