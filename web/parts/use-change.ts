import { useState } from 'preact/hooks';
import { messageOf } from '../client/connection';
import { reasonOf, type Refusal } from '../client/graphql';

/** What is said against something: by the server, or that there is no way to it. */
export type Objection = Pick<Refusal, 'message'> & Partial<Refusal>;

/**
 * What a button or a switch needs that changes something: one change at a time, and what was said against the last one. The work that
 * is run gives the refusals of the server.
 */
export function useChange() {
  const [busy, setBusy] = useState(false);
  const [objections, setObjections] = useState<Objection[]>([]);

  async function run(work: () => Promise<Objection[]>) {
    if (busy) return;
    setBusy(true);
    try {
      setObjections(await work());
    } catch (error) {
      setObjections([{ message: messageOf(error) }]);
    }
    setBusy(false);
  }

  return { run, busy, objections, reason: reasonOf(objections) };
}
