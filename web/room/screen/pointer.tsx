import type { Person } from '../live-room';
import { fraction, type Input } from './control';

/** Where somebody points on a screen, and what they have typed. */
export interface Pointer {
  person: Person;
  x: number;
  y: number;
  pressed: boolean;
  typed: string;
}

/** A pointer after an input. What cannot be understood is passed over: it comes from another machine. */
export function changed(pointer: Pointer, [kind, ...values]: Input): Pointer {
  if (kind === 'key') return { ...pointer, typed: (pointer.typed + shownKey(String(values[0]))).slice(-30) };
  const pressed = kind === 'move' ? pointer.pressed : kind === 'down';
  return { ...pointer, x: fraction(values[0] as number), y: fraction(values[1] as number), pressed };
}

function shownKey(key: string) {
  return key.length === 1 ? key : ` ${key.slice(0, 20)} `;
}

/** Shows over a picture where somebody points, what they press, and who they are. */
export function PointerMark({ pointer: { person, x, y, pressed, typed } }: { pointer: Pointer }) {
  return (
    <div
      class={['pointer', x > 0.5 && 'flipped', pressed && 'pressed'].filter(Boolean).join(' ')}
      style={{ left: `${x * 100}%`, top: `${y * 100}%` }}
      aria-hidden="true"
    >
      <span class="name">{person.name}</span>
      <kbd>{typed}</kbd>
    </div>
  );
}
