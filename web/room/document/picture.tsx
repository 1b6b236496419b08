import { useEffect, useRef, useState } from 'preact/hooks';
import { pause } from '../../client/connection';
import { Cover } from '../../parts/cover';
import { CloseIcon } from '../../parts/icons';
import { addressesOf, openInTab } from './addresses';
import type { Document } from './shared';

/** How large a picture is shown in place, at most. */
const most = { width: 256, height: 240 };

/** A picture in its place, which it takes before it has come. */
export function Picture({ document, onOpen }: { document: Document; onOpen: () => void }) {
  const [address, setAddress] = useState(document.thumbnailUrl!);
  const failures = useRef(0);

  // The address has ended, most likely.
  async function renew() {
    if (failures.current++ > 0) await pause(failures.current);
    const addresses = await addressesOf(document.id).catch(() => null);
    if (addresses?.thumbnailUrl) setAddress(addresses.thumbnailUrl);
  }

  return (
    <button type="button" class="picture" aria-label={`Open ${document.filename}`} onClick={onOpen}>
      <img src={address} alt={document.filename} {...sizeInPlace(document)} onError={renew} />
    </button>
  );
}

/** A picture over the page. The thumbnail stands in for it until it is there. */
export function Enlarged({ document, onClose }: { document: Document; onClose: () => void }) {
  const { id, filename, thumbnailUrl, width, height } = document;
  const [address, setAddress] = useState('');
  const [note, setNote] = useState('Loading…');
  const failed = () => setNote('The picture could not be loaded.');
  useEffect(() => {
    addressesOf(id).then((addresses) => (addresses ? setAddress(addresses.url) : failed()), failed);
  }, [id]);

  return (
    <Cover class="enlarged" label={filename} onClose={onClose}>
      {(close) => (
        <>
          <div class="bar">
            <p class="name">{filename}</p>
            <button type="button" class="quiet" onClick={() => openInTab(id)}>Open in a tab</button>
            <button type="button" class="quiet icon" aria-label="Close" autofocus onClick={close}><CloseIcon /></button>
          </div>
          <img
            src={address || thumbnailUrl!}
            alt={filename}
            width={width ?? undefined}
            height={height ?? undefined}
            onLoad={() => address && setNote('')}
            onError={() => address && failed()}
          />
          <p class="note" role="status">{note}</p>
        </>
      )}
    </Cover>
  );
}

function sizeInPlace({ width, height }: Document) {
  if (!width || !height) return most;
  const scale = Math.min(1, most.width / width, most.height / height);
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}
