// The server's clock, as far as events tell of it. Whether a person's own is right does not matter here.
import { signal } from '@preact/signals';

const ahead = signal(-Infinity); // of how long this page is open

/** Notes when something happened that is told of now: at that time, or some time later, it is now. */
export function heardOf(occurredAt: string) {
  ahead.value = Math.max(ahead.value, Date.parse(occurredAt) - performance.now());
}

/** How many milliseconds are left until a moment. */
export function leftUntil(moment: string) {
  return Math.max(0, Date.parse(moment) - ahead.value - performance.now());
}
