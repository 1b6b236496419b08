import type { ComponentChildren } from 'preact';
import type { FragmentOf, REFUSAL } from '../client/graphql';
import { Dialog } from './dialog';
import { useSubmission } from './use-submission';

interface ConfirmProps {
  title: string;
  /** What the button says that does it. */
  action: string;
  /** Does it, and gives what the server says against it. */
  work: () => Promise<FragmentOf<typeof REFUSAL>[]>;
  onClose: () => void;
  /** What will become of it. */
  children: ComponentChildren;
}

/** Asks before something is done that cannot be undone. It closes when it is done; a refusal is shown in it. */
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
        <button type="button" class="quiet" onClick={onClose}>Cancel</button>
      </form>
    </Dialog>
  );
}
