import { useEffect, useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { messageOf } from '../../client/connection';
import { Cover } from '../../parts/cover';
import { MinusIcon, PlusIcon } from '../../parts/icons';
import { openInTab } from './addresses';
import type { Pdf } from './pdf';
import { PdfPage, type Size } from './pdf-page';
import type { Document } from './shared';
import './pdf.css';

const zooms = [0.5, 0.75, 1, 1.5, 2, 3, 4];
const widest = 960; // a page that fills a large screen is hard to read

/** A PDF over the page, all pages below each other; a page can be chosen by its number. */
export function PdfViewer({ document, onClose }: { document: Document; onClose: () => void }) {
  const { pdf, first, failure } = usePdf(document);
  const [page, setPage] = useState(1);
  const [zoom, setZoom] = useState(1);
  const pages = useRef<HTMLDivElement>(null);
  const width = useWidthOf(pages) * zoom;

  // What is in the middle stays there, however large the pages become.
  const middle = useRef({ page: 1, fraction: 0 });
  const keepMiddle = () => {
    const { page, fraction } = middle.current;
    const { children, clientHeight } = pages.current!;
    const looked = children[page - 1] as HTMLElement | undefined;
    if (looked && page + fraction > 1) pages.current!.scrollTop = looked.offsetTop + fraction * looked.offsetHeight - clientHeight / 2;
  };
  useLayoutEffect(keepMiddle, [width]);

  function scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = pages.current!;
    const children = [...pages.current!.children] as HTMLElement[];
    const at = scrollTop + clientHeight / 2;
    const number = Math.max(1, children.filter(({ offsetTop }) => offsetTop <= at).length);
    const looked = children[number - 1];
    if (!looked) return;
    middle.current = { page: number, fraction: scrollTop > 0 ? (at - looked.offsetTop) / looked.offsetHeight : 0 };
    const atEnd = scrollTop > 0 && scrollTop + clientHeight > scrollHeight - 2;
    setPage(atEnd ? children.length : number);
  }

  function choose(number: number) {
    pages.current!.children[number - 1].scrollIntoView();
  }

  return (
    <Cover class="pdf" label={document.filename} onClose={onClose}>
      {(close) => (
        <>
          <div class="bar">
            <p class="name">{document.filename}</p>
            {pdf && <PageChoice page={page} count={pdf.numPages} onChoose={choose} />}
            <ZoomButtons zoom={zoom} onZoom={setZoom} />
            <button type="button" class="done" onClick={close}>Done</button>
          </div>
          <div class="pages" ref={pages} tabIndex={0} role="group" aria-label="Pages" autofocus onScroll={scrolled}>
            {pdf && first && width > 0 && [...Array(pdf.numPages).keys()].map((index) => (
              <PdfPage key={index} pdf={pdf} number={index + 1} width={width} likely={first} onResize={keepMiddle} />
            ))}
          </div>
          {!pdf && <p class="note" role="status">{failure || 'Loading…'}</p>}
          {failure && <p class="note"><button type="button" class="quiet" onClick={() => openInTab(document.id)}>Open in a tab</button></p>}
        </>
      )}
    </Cover>
  );
}

function PageChoice({ page, count, onChoose }: { page: number; count: number; onChoose: (number: number) => void }) {
  const id = useId();
  const [typed, setTyped] = useState<string | null>(null); // pages may still pass by when somebody begins to type

  function chosen({ currentTarget: input }: { currentTarget: HTMLInputElement }) {
    if (input.validity.valid && input.value) onChoose(input.valueAsNumber);
    setTyped(null);
  }

  return (
    <p class="choice">
      <label for={id}>Page</label>
      <input
        id={id}
        type="number"
        min={1}
        max={count}
        value={typed ?? page}
        onFocus={() => setTyped(String(page))}
        onInput={({ currentTarget }) => setTyped(currentTarget.value)}
        onChange={chosen}
        onBlur={() => setTyped(null)}
      />
      of {count}
    </p>
  );
}

function ZoomButtons({ zoom, onZoom }: { zoom: number; onZoom: (zoom: number) => void }) {
  const at = zooms.indexOf(zoom);
  return (
    <span class="zoom">
      <button type="button" class="quiet icon" aria-label="Smaller" disabled={at === 0} onClick={() => onZoom(zooms[at - 1])}><MinusIcon /></button>
      <button type="button" class="quiet icon" aria-label="Larger" disabled={at === zooms.length - 1} onClick={() => onZoom(zooms[at + 1])}>
        <PlusIcon />
      </button>
    </span>
  );
}

interface Opened {
  pdf?: Pdf;
  /** The size of the first page, which the others are taken to have, too, until more is known. */
  first?: Size;
  failure?: string;
}

function usePdf({ id, size }: Document) {
  const [opened, setOpened] = useState<Opened>({});
  useEffect(() => {
    const closing = new AbortController();
    const fail = (failure: string) => closing.signal.aborted || setOpened({ failure });
    (async () => {
      const { openPdf } = await import('./pdf');
      if (closing.signal.aborted) return;
      const loading = openPdf(id, size, (reason) => fail(messageOf(reason)));
      closing.signal.addEventListener('abort', () => void loading.destroy());
      const pdf = await loading.promise;
      const { width, height } = (await pdf.getPage(1)).getViewport({ scale: 1 });
      if (!closing.signal.aborted) setOpened({ pdf, first: { width, height } });
    })().catch(() => fail('The document cannot be shown here.'));
    return () => closing.abort();
  }, [id]);
  return opened;
}

// How wide a page is at a zoom of 1.
function useWidthOf(pages: { current: HTMLElement | null }) {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([{ contentRect }]) =>
      setWidth(Math.min(widest, Math.floor(contentRect.width))),
    );
    observer.observe(pages.current!);
    return () => observer.disconnect();
  }, []);
  return width;
}
