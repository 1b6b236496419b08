/** For a text box: Enter sends its form, unless it is to begin a line, or ends a word that an input method offers. */
export function sendOnEnter(key: KeyboardEvent & { currentTarget: HTMLTextAreaElement }) {
  if (key.key !== 'Enter' || key.shiftKey || key.isComposing) return;
  key.preventDefault();
  key.currentTarget.form!.requestSubmit();
}
