import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import type { FragmentOf, REFUSAL } from '../client/graphql';
import { Dialog } from './dialog';
import { useSubmission } from './use-submission';

interface ConfirmProps {
  title: string;
  /** What the button says that does it. */
  action: string;
  /** Does it, and gives what was said against it. */
  onConfirm: () => Promise<FragmentOf<typeof REFUSAL>[]>;
  onClose: () => void;
  /** What will become of it. */
  children: ComponentChildren;
}

/** Asks before something is done that cannot be undone. */
export function Confirm({ title, action, onConfirm, onClose, children }: ConfirmProps) {
  const form = useRef<HTMLFormElement>(null);
  const close = () => form.current?.closest('dialog')?.close();
  const submission = useSubmission(async () => {
    const refusals = await onConfirm();
    if (refusals.length === 0) close();
    return refusals;
  });
  return (
    <Dialog title={title} onClose={onClose}>
      <form ref={form} onSubmit={submission.submit}>
        <p>{children}</p>
        <p class="refusal" role="alert">{submission.note()}</p>
        <button disabled={submission.busy}>{action}</button>
        <button type="button" class="quiet" onClick={close}>Cancel</button>
      </form>
    </Dialog>
  );
}
