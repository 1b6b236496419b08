import { useEffect, useRef } from 'preact/hooks';

/** What the server confirms, and a button that closes the dialog it is in. */
export function Confirmation({ sentence }: { sentence: string }) {
  const done = useRef<HTMLButtonElement>(null);
  useEffect(() => done.current!.focus(), []);
  return (
    <form method="dialog">
      <p role="status">{sentence}</p>
      <button ref={done}>Done</button>
    </form>
  );
}
