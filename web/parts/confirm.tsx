import type { ComponentChildren } from 'preact';
import type { Refusal } from '../client/graphql';
import { CheckBox } from './check-boxes';
import { Dialog } from './dialog';
import { useSubmission } from './use-submission';

interface ConfirmProps {
  title: string;
  /** What the button says that does it. */
  action: string;
  /** Does it, and gives what the server says against it. */
  work: () => Promise<Refusal[]>;
  onClose: () => void;
  /** What has to be ticked first. */
  acknowledgement?: string;
  /** What will become of it. */
  children: ComponentChildren;
}

/** Asks before something is done that cannot be undone. It closes when it is done; a refusal is shown in it. */
export function Confirm({ title, action, work, onClose, acknowledgement, children }: ConfirmProps) {
  const form = useSubmission(async () => {
    const refusals = await work();
    if (refusals.length === 0) onClose();
    return refusals;
  });
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={form.submit}>
        <div class="outcome">{children}</div>
        {acknowledgement && <CheckBox label={acknowledgement} required />}
        <p class="refusal" role="alert">{form.note()}</p>
        <button disabled={form.busy}>{action}</button>
        <button type="button" class="quiet" onClick={onClose}>Cancel</button>
      </form>
    </Dialog>
  );
}
