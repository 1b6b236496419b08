import { sizeOf } from '../../parts/bytes';
import { CloseIcon } from '../../parts/icons';
import type { LiveRoom } from '../live-room';
import type { Upload } from './uploads';

/** The documents that are on their way into a room, how far they are, and what is said against them. */
export function UploadList({ live: { uploads } }: { live: LiveRoom }) {
  const list = uploads.list.value;
  if (list.length === 0) return null;
  return (
    <ul class="uploads" aria-label="Documents on their way">
      {list.map((upload) => (
        <Entry key={upload.id} upload={upload} onRemove={() => uploads.remove(upload.id)} />
      ))}
    </ul>
  );
}

function Entry({ upload, onRemove }: { upload: Upload; onRemove: () => void }) {
  const { file, sent, state, refusal } = upload;
  const isRefused = state === 'refused';
  return (
    <li>
      <p class="name">{file.name}</p>
      {!isRefused && <progress aria-label={file.name} value={sent} max={file.size || 1} />}
      <p class="quiet" role="status">{sentenceOn(upload)}</p>
      <p class="refusal" role="alert">{refusal}</p>
      <button type="button" class="quiet icon" aria-label={`${isRefused ? 'Dismiss' : 'Cancel'} ${file.name}`} onClick={onRemove}>
        <CloseIcon />
      </button>
    </li>
  );
}

// How far it is, is read from the bar.
function sentenceOn({ file, state }: Upload) {
  switch (state) {
    case 'waiting':
      return `${sizeOf(file.size)}, waiting`;
    case 'sending':
      return `${sizeOf(file.size)}, sharing…`;
    case 'interrupted':
      return 'Not shared yet. Trying again…';
    case 'refused':
      return '';
  }
}
