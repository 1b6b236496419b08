// Sends a file to a signed address. Where the connection breaks it goes on behind what has come.
import { pause } from '../../client/connection';

/** What the server says against a file. */
export class FileRefused extends Error {}

interface Sending {
  /** Is told how many bytes have gone. */
  onProgress: (sent: number) => void;
  /** Is told each time that it has to be tried again. */
  onWait: () => void;
  signal: AbortSignal;
}

export async function sendBytes(address: string, file: File, { onProgress, onWait, signal }: Sending) {
  for (let attempt = 0, from = 0; ; attempt++) {
    try {
      if (attempt > 0) from = await cameSoFar(address, signal);
      if (attempt > 0 && from === file.size) return;
      return await sendFrom(address, file, from, onProgress, signal);
    } catch (failure) {
      if (failure instanceof FileRefused || signal.aborted) throw failure;
      onWait();
      await pause(attempt);
      signal.throwIfAborted();
    }
  }
}

// Ends what is still on its way, too.
async function cameSoFar(address: string, signal: AbortSignal) {
  const response = await fetch(address, { method: 'HEAD', signal });
  if (response.status === 404) throw new FileRefused('The upload has ended. Please share the document again.');
  if (!response.ok) throw new Error(`status ${response.status}`);
  return Number(response.headers.get('Upload-Offset'));
}

// By XMLHttpRequest, since fetch does not say how far it is.
function sendFrom(address: string, file: File, from: number, onProgress: (sent: number) => void, signal: AbortSignal) {
  return new Promise<void>((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(from === 0 ? 'PUT' : 'PATCH', address);
    if (from > 0) request.setRequestHeader('Upload-Offset', String(from));
    request.upload.onprogress = ({ loaded }) => onProgress(from + loaded);
    request.onload = () => (request.status < 300 ? resolve() : reject(failureOf(request)));
    request.onerror = () => reject(new Error('The connection broke.'));
    request.onabort = () => reject(signal.reason);
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(file.slice(from));
  });
}

// Of these something else may come of asking again: the connection was slow, the bytes go on elsewhere, too many come at once.
const passing = new Set([408, 409, 429]);

function failureOf({ status, responseText }: XMLHttpRequest) {
  if (status >= 500 || passing.has(status)) return new Error(`status ${status}`);
  return new FileRefused(messageIn(responseText) ?? 'The document was refused.');
}

function messageIn(answer: string): string | undefined {
  try {
    return JSON.parse(answer).message;
  } catch {
    return undefined; // somebody between here and the server has answered
  }
}
