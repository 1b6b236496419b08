// The ways to share documents in a room: choose them, or drop them onto it. Where they are on their way is shown by <UploadList>.
import { useEffect, useRef, useState } from 'preact/hooks';
import { Dialog } from '../../parts/dialog';
import { ClipIcon } from '../../parts/icons';
import type { LiveRoom } from '../live-room';
import { UploadList } from './upload-list';

/** A button to choose files with, which are shared. */
export function ShareButton({ live }: { live: LiveRoom }) {
  const chooser = useChooser(live);
  return (
    <>
      {chooser.input}
      <button type="button" class="quiet icon" aria-label="Share a document" onClick={chooser.open}><ClipIcon /></button>
    </>
  );
}

/** A button to a dialog that takes documents and shows how they get on. */
export function ShareDocs({ live }: { live: LiveRoom }) {
  const [open, setOpen] = useState(false);
  const chooser = useChooser(live);
  return (
    <>
      <button type="button" class="quiet" onClick={() => setOpen(true)}>Share Docs</button>
      {open && (
        <Dialog title="Share documents" onClose={() => setOpen(false)}>
          <div class="drop-place">
            <p>Drag and drop documents here, or</p>
            {chooser.input}
            <button type="button" onClick={chooser.open}>Choose your document</button>
          </div>
          <UploadList live={live} />
          <p class="quiet" role="status">{live.uploads.confirmation}</p>
        </Dialog>
      )}
    </>
  );
}

function useChooser(live: LiveRoom) {
  const input = useRef<HTMLInputElement>(null);
  function share() {
    live.uploads.add(...input.current!.files!);
    input.current!.value = ''; // the same file can be chosen again
  }
  return {
    open: () => input.current!.click(),
    input: <input ref={input} type="file" multiple hidden onChange={share} />,
  };
}

/** Lets files be dropped anywhere on the room that it is in, and says so while one is dragged over it. */
export function DropPlace({ live }: { live: LiveRoom }) {
  const [over, setOver] = useState(false);
  const sign = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const listening = new AbortController();
    const room = sign.current!.closest('.room')!;
    const on = (type: string, then: (drag: DragEvent) => void) =>
      room.addEventListener(type, (event) => holdsFiles(event as DragEvent) && then(event as DragEvent), listening);
    on('dragover', (drag) => {
      drag.preventDefault(); // or it could not be dropped here
      setOver(true);
    });
    on('dragleave', (drag) => room.contains(drag.relatedTarget as Node | null) || setOver(false));
    on('drop', (drag) => {
      drag.preventDefault();
      setOver(false);
      live.uploads.add(...filesOf(drag.dataTransfer!));
    });
    return () => listening.abort();
  }, [live]);

  return <div ref={sign} class="drop-sign" hidden={!over}>Drop to share</div>;
}

function holdsFiles({ dataTransfer }: DragEvent) {
  return dataTransfer?.types.includes('Files');
}

// Folders are no documents.
function filesOf({ items }: DataTransfer) {
  return [...items].filter((item) => !item.webkitGetAsEntry()?.isDirectory).flatMap((item) => item.getAsFile() ?? []);
}
