import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Pdf } from './pdf';

export interface Size {
  width: number;
  height: number;
}

interface PdfPageProps {
  pdf: Pdf;
  number: number;
  /** How wide it is on the screen. */
  width: number;
  /** Which size it has likely, until that is known. */
  likely: Size;
  /** Is told when it has another size than was likely. */
  onResize: () => void;
}

const mostPixels = 16_000_000; // of a canvas on a phone

/** A page of a PDF. It takes its place at once, and is drawn while it is near what is looked at. */
export function PdfPage({ pdf, number, width, likely, onResize }: PdfPageProps) {
  const place = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState(likely);
  const near = useNear(place);
  const height = Math.round((width * size.height) / size.width);

  function become(real: Size) {
    if (real.width / real.height !== size.width / size.height) setSize(real);
  }

  useLayoutEffect(() => {
    place.current!.style.width = `${width}px`;
    place.current!.style.height = `${height}px`;
  }, [width, height]);
  useLayoutEffect(() => void (size !== likely && onResize()), [size]);

  useEffect(() => {
    if (!near) return;
    const leaving = new AbortController();
    draw(pdf, number, width, place.current!, become, leaving.signal).catch(() => {}); // a page that is damaged stays empty
    return () => {
      leaving.abort();
      place.current?.replaceChildren();
    };
  }, [pdf, number, width, near]);

  return <div ref={place} class="page" role="region" aria-label={`Page ${number}`} />;
}

// Within about a screen of what is looked at.
function useNear(place: { current: HTMLElement | null }) {
  const [near, setNear] = useState(false);
  useEffect(() => {
    const observer = new IntersectionObserver((changes) => setNear(changes.at(-1)!.isIntersecting), {
      root: place.current!.parentElement,
      rootMargin: '100% 0px',
    });
    observer.observe(place.current!);
    return () => observer.disconnect();
  }, []);
  return near;
}

// The picture, and over it the text, to be marked and read aloud.
async function draw(pdf: Pdf, number: number, width: number, place: HTMLElement, onSize: (size: Size) => void, signal: AbortSignal) {
  const { TextLayer } = await import('./pdf');
  const page = await pdf.getPage(number);
  if (signal.aborted) return;
  const natural = page.getViewport({ scale: 1 });
  onSize({ width: natural.width, height: natural.height });
  const viewport = page.getViewport({ scale: width / natural.width });
  const density = Math.min(devicePixelRatio, Math.sqrt(mostPixels / (viewport.width * viewport.height)));

  const canvas = document.createElement('canvas');
  canvas.width = Math.floor(viewport.width * density);
  canvas.height = Math.floor(viewport.height * density);
  const drawing = page.render({ canvas, viewport, transform: [density, 0, 0, density, 0, 0] });
  signal.addEventListener('abort', () => drawing.cancel());
  await drawing.promise;

  const text = document.createElement('div');
  text.className = 'text';
  place.style.setProperty('--total-scale-factor', String(viewport.scale));
  const layer = new TextLayer({ textContentSource: page.streamTextContent(), container: text, viewport });
  signal.addEventListener('abort', () => layer.cancel());
  await layer.render();
  if (signal.aborted) return;
  place.replaceChildren(canvas, text);
  page.cleanup();
}
