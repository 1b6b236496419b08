/** A function that does `work`, never twice at a time: who calls it meanwhile has it done once more, afterwards. */
export function oneAtATime(work: () => Promise<void>) {
  let wanted = false;
  let busy = false;
  return async () => {
    wanted = true;
    if (busy) return;
    busy = true;
    try {
      for (; wanted; await work()) wanted = false;
    } finally {
      busy = false;
    }
  };
}
