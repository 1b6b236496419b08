import { useEffect, useRef, useState } from 'preact/hooks';
import { messageOf } from '../client/connection';
import type { FragmentOf, REFUSAL } from '../client/graphql';

export type Refusal = FragmentOf<typeof REFUSAL>;

/**
 * What a form needs: one submission at a time, and what the server said against the last one, with the focus in the first field
 * that was refused. `work` gives its refusals.
 */
export function useSubmission(work: (fields: FormData) => Promise<Refusal[]>) {
  const [busy, setBusy] = useState(false);
  const [refusals, setRefusals] = useState<Partial<Refusal>[]>([]);
  const form = useRef<HTMLFormElement | null>(null);
  useEffect(() => form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus(), [refusals]);

  async function submit(submission: SubmitEvent) {
    submission.preventDefault();
    if (busy) return;
    setBusy(true);
    form.current = submission.currentTarget as HTMLFormElement;
    try {
      setRefusals(await work(new FormData(form.current)));
    } catch (error) {
      setRefusals([{ message: messageOf(error) }]);
    }
    setBusy(false);
  }

  const sentence = (some: typeof refusals) => some.map((refusal) => refusal.message).join(' ');
  return {
    submit,
    busy,
    /** What was said against a field. */
    against: (name: string) => sentence(refusals.filter(({ field }) => field?.[0] === name)),
    /** What was said against anything but these fields. */
    note: (...names: string[]) => sentence(refusals.filter(({ field }) => !names.includes(field?.[0] ?? ''))),
    /** The room that a refusal of this code means. */
    roomOf: (code: Refusal['code']) => refusals.find((refusal) => refusal.code === code)?.roomId,
  };
}
