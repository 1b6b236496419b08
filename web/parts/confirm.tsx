import type { ComponentChildren } from 'preact';
import type { FragmentOf, REFUSAL } from '../client/graphql';
import { Dialog } from './dialog';
import { useSubmission } from './use-submission';

interface ConfirmProps {
  title: string;
  /** What is on the button that does it. */
  action: string;
  /** Does it, and gives why it was refused. */
  work: () => Promise<FragmentOf<typeof REFUSAL>[]>;
  onClose: () => void;
  /** What comes of it. */
  children: ComponentChildren;
}

/** Asks once more before something is done that cannot be undone. */
export function Confirm({ title, action, work, onClose, children }: ConfirmProps) {
  const form = useSubmission(async () => {
    const refusals = await work();
    if (refusals.length === 0) onClose();
    return refusals;
  });
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={form.submit}>
        <p>{children}</p>
        <p class="refusal" role="alert">{form.note()}</p>
        <button disabled={form.busy}>{action}</button>
      </form>
    </Dialog>
  );
}
