// What somebody with control does over the picture of a screen, gathered to be passed on. A page cannot do more to a screen than
// show it; a program that runs on the sharer's machine can.

/** `x` and `y` are fractions of the picture. */
export type Input = [kind: 'move' | 'down' | 'up', x: number, y: number] | [kind: 'key', key: string];

const everyMs = 50;
const atOnce = 100;

/**
 * Gives `send` what is done over a picture: a batch of inputs at a time, twenty a second at most, and the next when the promise that
 * it returns is kept. Ends when `signal` says so.
 */
export function capture(picture: HTMLElement, send: (inputs: Input[]) => Promise<void>, signal: AbortSignal) {
  const waiting: Input[] = [];
  let busy = false;

  async function flush() {
    if (busy) return;
    busy = true;
    while (waiting.length > 0 && !signal.aborted) {
      await Promise.all([send(waiting.splice(0, atOnce)), pause(everyMs)]);
    }
    busy = false;
  }

  function add(input: Input) {
    if (input[0] === 'move' && waiting.at(-1)?.[0] === 'move') waiting.pop();
    waiting.push(input);
    flush();
  }

  const pointing = (kind: 'move' | 'down' | 'up') => (event: PointerEvent) => {
    const { left, top, width, height } = picture.getBoundingClientRect();
    add([kind, fraction((event.clientX - left) / width), fraction((event.clientY - top) / height)]);
  };
  picture.addEventListener('pointermove', pointing('move'), { signal });
  picture.addEventListener('pointerdown', pointing('down'), { signal });
  picture.addEventListener('pointerup', pointing('up'), { signal });
  picture.addEventListener('keydown', (event) => typing(event, add), { signal });
}

// Tab leads out of the picture, as everywhere on a page; and what is pressed with Ctrl and the like is the browser's.
function typing(event: KeyboardEvent, add: (input: Input) => void) {
  if (event.key === 'Tab' || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  event.preventDefault();
  add(['key', event.key]);
}

/** A part of a whole, whatever comes in its place from another machine. */
export function fraction(value: number) {
  return Math.round(Math.min(1, Math.max(0, Number(value) || 0)) * 1e4) / 1e4;
}

function pause(ms: number) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
