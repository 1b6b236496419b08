// The little that the pages need to know of the document.

/** All elements of the page that have an id, by their id. */
export function elementsById() {
  return Object.fromEntries([...document.querySelectorAll('[id]')].map((element) => [element.id, element]));
}

/** A new element. Text is always text, never markup. */
export function make(tag, className = '', text = '') {
  const element = document.createElement(tag);
  element.className = className;
  element.textContent = text;
  return element;
}
