const typingMs = 250;

/** A listener to what is typed into a field: `then` is told when nothing more has been typed for a moment. */
export function afterTyping(then: (text: string) => void) {
  let timer: ReturnType<typeof setTimeout>;
  return ({ currentTarget: { value } }: { currentTarget: HTMLInputElement }) => {
    clearTimeout(timer);
    timer = setTimeout(() => then(value), typingMs);
  };
}
