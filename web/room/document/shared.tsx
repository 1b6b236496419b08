import { sizeOf } from '../../parts/bytes';
import { FileIcon } from '../../parts/icons';
import type { Message } from '../live-room';
import { openInTab } from './addresses';
import { PdfViewer } from './pdf-viewer';
import { Enlarged, Picture } from './picture';

export type Document = NonNullable<Message['document']>;

/** A document where it was shared: a picture in place, anything else as a link. `onOpen` gets what is opened over the page. */
export function Shared({ document, onOpen }: { document: Document; onOpen: (document: Document) => void }) {
  if (isPicture(document)) return <Picture document={document} onOpen={() => onOpen(document)} />;
  return <Link document={document} onOpen={() => (document.kind === 'PDF' ? onOpen(document) : openInTab(document.id))} />;
}

/** A document over the page: a picture, or a PDF. */
export function Opened({ document, onClose }: { document: Document; onClose: () => void }) {
  return isPicture(document) ? <Enlarged document={document} onClose={onClose} /> : <PdfViewer document={document} onClose={onClose} />;
}

// A picture that is not examined yet, or could not be, has no thumbnail.
function isPicture(document: Document) {
  return document.kind === 'IMAGE' && document.thumbnailUrl !== null;
}

function Link({ document, onOpen }: { document: Document; onOpen: () => void }) {
  const { filename, size, pageCount, status } = document;
  const facts = [sizeOf(size), pageCount && (pageCount === 1 ? '1 page' : `${pageCount} pages`), status === 'PROCESSING' && 'processing…'];
  return (
    <p class="body document">
      <FileIcon />
      <button type="button" class="link" onClick={onOpen}>{filename}</button>{' '}
      <span class="quiet">{facts.filter(Boolean).join(', ')}</span>
    </p>
  );
}
