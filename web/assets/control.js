// What somebody with control does over the picture of a screen: gathered on their page, and shown on the sharer's. A page cannot
// do more to a screen than show it; a program that runs on the sharer's machine can.
//
// An input is ["move", x, y], ["down", x, y], ["up", x, y] or ["key", key]; x and y are fractions of the picture.
import { make } from '/assets/dom.js';

const everyMs = 50;
const atOnce = 100;
const forgottenMs = 10_000;

/**
 * Gives `send` what is done over a picture: a batch of inputs at a time, twenty a second at most, and the next when the promise that
 * it returns is kept. Ends when `signal` says so.
 */
export function capture(picture, send, signal) {
  let waiting = [];
  let busy = false;

  async function flush() {
    if (busy) return;
    busy = true;
    while (waiting.length > 0 && !signal.aborted) {
      await Promise.all([send(waiting.splice(0, atOnce)), pause(everyMs)]);
    }
    busy = false;
  }

  function add(input) {
    if (input[0] === 'move' && waiting.at(-1)?.[0] === 'move') waiting.pop();
    waiting.push(input);
    flush();
  }

  const pointing = (kind) => (event) => {
    const { left, top, width, height } = picture.getBoundingClientRect();
    add([kind, fraction((event.clientX - left) / width), fraction((event.clientY - top) / height)]);
  };
  picture.addEventListener('pointermove', pointing('move'), { signal });
  picture.addEventListener('pointerdown', pointing('down'), { signal });
  picture.addEventListener('pointerup', pointing('up'), { signal });
  picture.addEventListener('keydown', (event) => typing(event, add), { signal });
}

// Tab leads out of the picture, as everywhere on a page; and what is pressed with Ctrl and the like is the browser's.
function typing(event, add) {
  if (event.key === 'Tab' || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  event.preventDefault();
  add(['key', event.key]);
}

function fraction(value) {
  return Math.round(Math.min(1, Math.max(0, value)) * 1e4) / 1e4;
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Shows over a picture where others point, what they press, and who they are. `stage` is an element of the picture's size. */
export class Pointers {
  #stage;
  #pointers = new Map();

  constructor(stage) {
    this.#stage = stage;
  }

  /** Shows what somebody does. What cannot be understood is passed over: it comes from another machine. */
  show(inputs, actor) {
    const pointer = this.#pointerOf(actor);
    for (const [kind, ...values] of inputs) {
      if (kind === 'key') pointer.type(String(values[0]).slice(0, 20));
      else pointer.point(Number(values[0]), Number(values[1]), kind);
    }
  }

  drop(actorId) {
    this.#pointers.get(actorId)?.remove();
    this.#pointers.delete(actorId);
  }

  #pointerOf(actor) {
    if (!this.#pointers.has(actor.id)) this.#pointers.set(actor.id, new Pointer(this.#stage, actor.name));
    const pointer = this.#pointers.get(actor.id);
    clearTimeout(pointer.forgetting);
    pointer.forgetting = setTimeout(() => this.drop(actor.id), forgottenMs);
    return pointer;
  }
}

class Pointer {
  #element = make('div', 'pointer');
  #typed = make('kbd');

  constructor(stage, name) {
    this.#element.ariaHidden = 'true';
    this.#element.append(make('span', 'pointer-name', name), this.#typed);
    stage.append(this.#element);
  }

  point(x, y, kind) {
    this.#element.style.left = `${fraction(x) * 100}%`;
    this.#element.style.top = `${fraction(y) * 100}%`;
    this.#element.classList.toggle('flipped', x > 0.5);
    if (kind !== 'move') this.#element.classList.toggle('pressed', kind === 'down');
  }

  type(key) {
    const shown = key.length === 1 ? key : ` ${key} `;
    this.#typed.textContent = (this.#typed.textContent + shown).slice(-30);
  }

  remove() {
    this.#element.remove();
  }
}
