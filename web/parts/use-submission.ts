import { useEffect, useRef, useState } from 'preact/hooks';
import { messageOf } from '../client/connection';
import type { FragmentOf, REFUSAL } from '../client/graphql';

export type Refusal = FragmentOf<typeof REFUSAL>;

/** What a form needs: one submission at a time, and what the server said against the last one. `work` gives its refusals. */
export function useSubmission(work: (fields: FormData) => Promise<Refusal[]>) {
  const [busy, setBusy] = useState(false);
  const [refusals, setRefusals] = useState<Pick<Refusal, 'message' | 'field'>[]>([]);

  // Who is refused goes on where the first thing has to be mended.
  const submitted = useRef<HTMLFormElement | null>(null);
  useEffect(() => submitted.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus(), [refusals]);

  async function submit(submission: SubmitEvent) {
    submission.preventDefault();
    submitted.current = submission.currentTarget as HTMLFormElement;
    if (busy) return;
    setBusy(true);
    try {
      setRefusals(await work(new FormData(submitted.current)));
    } catch (error) {
      setRefusals([{ message: messageOf(error), field: null }]);
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
  };
}
