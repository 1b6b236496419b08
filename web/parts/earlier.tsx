import { useFocusRecovered } from './focus';

/** Asks for what stands before the beginning of a log. It is gone when there is no more: the log has the focus then. */
export function Earlier({ what, onClick }: { what: string; onClick: () => void }) {
  useFocusRecovered('[role=log]');
  return <button type="button" class="quiet earlier" onClick={onClick}>Earlier {what}</button>;
}
