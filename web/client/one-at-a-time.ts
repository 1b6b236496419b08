import { ApiError } from './connection';

/**
 * A function that reads something anew, never twice at a time: who calls it meanwhile has it read once more, afterwards. Where the
 * server refuses, all stays as it was: who may not read it may not stay, either, and is told so by what is followed.
 */
export function oneAtATime(read: () => Promise<void>) {
  let wanted = false;
  let busy = false;
  return async () => {
    wanted = true;
    if (busy) return;
    busy = true;
    try {
      for (; wanted; await read().catch(passRefusal)) wanted = false; // also where who wanted it before has left
    } finally {
      busy = false;
    }
  };
}

function passRefusal(error: unknown) {
  if (!(error instanceof ApiError)) throw error;
}
