// The words by which letters are told on the telephone.
const words = [
  'Alfa', 'Bravo', 'Charlie', 'Delta', 'Echo', 'Foxtrot', 'Golf', 'Hotel', 'India', 'Juliett', 'Kilo', 'Lima', 'Mike', 'November',
  'Oscar', 'Papa', 'Quebec', 'Romeo', 'Sierra', 'Tango', 'Uniform', 'Victor', 'Whiskey', 'X-ray', 'Yankee', 'Zulu',
];
const wordOf = new Map(words.map((word) => [word[0], word]));

/** How a code is read out: `K7M-3PX` is "Kilo 7 Mike, 3 Papa X-ray". */
export function spelled(code: string) {
  const groups = code.split('-').map((group) => [...group].map((character) => wordOf.get(character) ?? character));
  return groups.map((group) => group.join(' ')).join(', ');
}
