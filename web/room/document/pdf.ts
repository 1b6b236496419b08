// pdf.js, which is loaded when the first PDF is opened. It gets of a document what it shows, by ranges.
import { getDocument, GlobalWorkerOptions, PDFDataRangeTransport } from 'pdfjs-dist/legacy/build/pdf.mjs';
import worker from 'pdfjs-dist/legacy/build/pdf.worker.min.mjs?url';
import { ApiError, pause } from '../../client/connection';
import { addressesOf } from './addresses';

export { TextLayer } from 'pdfjs-dist/legacy/build/pdf.mjs';
export type { PDFDocumentProxy as Pdf, PDFPageProxy as PdfPage } from 'pdfjs-dist/legacy/build/pdf.mjs';

GlobalWorkerOptions.workerSrc = worker;

// Fonts and tables that documents may need without holding them.
const files = '/assets/vendor/pdfjs-dist';

/** Begins to read a PDF. `onFail` is told when the server refuses to go on. */
export function openPdf(id: string, size: number, onFail: (reason: unknown) => void) {
  return getDocument({
    range: new Ranges(id, size, onFail),
    disableStream: true,
    disableAutoFetch: true,
    isEvalSupported: false, // the policy forbids it, and would report that it was tried
    cMapUrl: `${files}/cmaps/`,
    standardFontDataUrl: `${files}/standard_fonts/`,
    wasmUrl: `${files}/wasm/`,
    iccUrl: `${files}/iccs/`,
  });
}

class Ranges extends PDFDataRangeTransport {
  #id: string;
  #onFail: (reason: unknown) => void;
  #address = '';
  #closing = new AbortController();

  constructor(id: string, size: number, onFail: (reason: unknown) => void) {
    super(size, null);
    this.#id = id;
    this.#onFail = onFail;
  }

  override requestDataRange(begin: number, end: number) {
    this.#read(begin, end).then((bytes) => bytes && this.onDataRange(begin, bytes), this.#onFail);
  }

  override abort() {
    this.#closing.abort();
  }

  // Until it has come. Addresses end after a minute: then there is another.
  async #read(begin: number, end: number) {
    for (let attempt = 0; !this.#closing.signal.aborted; attempt++) {
      try {
        this.#address ||= await this.#newAddress();
        const response = await fetch(this.#address, { headers: { range: `bytes=${begin}-${end - 1}` }, signal: this.#closing.signal });
        if (response.status === 206) return new Uint8Array(await response.arrayBuffer());
        this.#address = '';
      } catch (error) {
        if (error instanceof ApiError) throw error;
      }
      if (attempt > 0) await pause(attempt);
    }
  }

  async #newAddress() {
    const addresses = await addressesOf(this.#id);
    if (!addresses) throw new ApiError([{ message: 'The document cannot be read any more.' }]);
    return addresses.url;
  }
}
