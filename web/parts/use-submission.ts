import { useLayoutEffect, useRef } from 'preact/hooks';
import { reasonOf, type Refusal } from '../client/graphql';
import { useChange } from './use-change';

/**
 * What a form needs: one submission at a time, and what the server said against the last one, with the focus in the first field
 * that was refused. `work` gives its refusals.
 */
export function useSubmission(work: (fields: FormData) => Promise<Refusal[]>) {
  const { run, busy, objections } = useChange();
  const form = useRef<HTMLFormElement | null>(null);
  useLayoutEffect(() => form.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus(), [objections]);

  function submit(submission: SubmitEvent) {
    submission.preventDefault();
    form.current = submission.currentTarget as HTMLFormElement;
    const fields = new FormData(form.current);
    run(() => work(fields));
  }

  return {
    submit,
    busy,
    /** What was said against a field. */
    against: (name: string) => reasonOf(objections.filter(({ field }) => field?.[0] === name)),
    /** What was said against anything but these fields. */
    note: (...names: string[]) => reasonOf(objections.filter(({ field }) => !names.includes(field?.[0] ?? ''))),
    /** What was said with this code. */
    refusalWith: (code: Refusal['code']) => objections.find((objection) => objection.code === code),
  };
}
