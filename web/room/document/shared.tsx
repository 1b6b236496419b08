import { useState } from 'preact/hooks';
import { ask } from '../../client/connection';
import type { Message } from '../live-room';
import { ADDRESSES } from './operations';

type Document = NonNullable<Message['document']>;

/** A document where it was shared: a picture in place, anything else as a link that opens in a new tab. */
export function Shared({ document }: { document: Document }) {
  if (document.kind === 'IMAGE' && document.thumbnailUrl) return <Picture document={document} />;
  const pages = document.pageCount ? `, ${document.pageCount} pages` : '';
  return (
    <p class="body">
      <button type="button" class="link" onClick={() => openInTab(document.id)}>{document.filename}</button>{' '}
      <span class="quiet">{sizeOf(document.size)}{pages}</span>
    </p>
  );
}

function Picture({ document }: { document: Document }) {
  const [address, setAddress] = useState(document.thumbnailUrl!);
  const renew = async () => setAddress((await addressesOf(document.id))?.thumbnailUrl ?? address);
  const { width, height } = document;
  return (
    <button type="button" class="picture" aria-label={`Open ${document.filename}`} onClick={() => openInTab(document.id)}>
      <img src={address} alt={document.filename} width={width ?? undefined} height={height ?? undefined} onError={renew} />
    </button>
  );
}

// The tab is opened at once, or the browser would block it; its address is asked for then, since addresses are short-lived.
async function openInTab(id: string) {
  const tab = open('about:blank', '_blank');
  const addresses = await addressesOf(id);
  if (!tab || !addresses) return tab?.close();
  tab.opener = null;
  tab.location.replace(addresses.url);
}

async function addressesOf(id: string) {
  const { node } = await ask(ADDRESSES, { id });
  return node?.__typename === 'Document' ? node : null;
}

function sizeOf(bytes: number) {
  const [amount, unit] = bytes < 1e3 ? [bytes, 'byte'] : bytes < 1e6 ? [bytes / 1e3, 'kilobyte'] : [bytes / 1e6, 'megabyte'];
  return new Intl.NumberFormat(undefined, { style: 'unit', unit, maximumFractionDigits: 1 }).format(amount);
}
