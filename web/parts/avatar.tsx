const hues = [25, 75, 145, 195, 255, 320];

/** The initials of a name that stands beside it: decoration, drawn by CSS. The same name has the same colour everywhere. */
export function Avatar({ name }: { name: string }) {
  const words = name.split(/\s+/).filter((word) => /^\p{L}/u.test(word));
  const initials = [words[0], ...words.slice(1).slice(-1)].map((word = '#') => [...word][0].toUpperCase()).join('');
  const sum = [...name].reduce((sum, character) => sum + character.codePointAt(0)!, 0);
  return <span class="avatar" aria-hidden="true" data-initials={initials} style={{ '--hue': hues[sum % hues.length] }} />;
}
