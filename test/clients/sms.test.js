// Text messages are as large as a carrier's own calculator says.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import calculator from 'sms-segments-calculator';

const root = fileURLToPath(new URL('../..', import.meta.url));

// Characters that stand alone: the calculator keeps those together that are drawn as one, which no telephone needs.
const basic = [...'@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0159:;<=>?¡AMZÄÖÑÜ§¿amzäöñüà'];
const escaped = [...'\f^{}\\[~]|€'];
const wide = [...'`çÂжπ你’“—…ﬁ'];
const beyond = [...'😀🎉🚗𝒳𠮷'];
const alphabets = [basic, escaped, [...basic, ...basic, ...escaped], wide, beyond, [...basic, ...wide, ...beyond], [...wide, ...beyond]];

test('of every character alone the encoding is the same', () => {
  const characters = [];
  for (let code = 0; code <= 0xffff; code++) {
    if (code < 0xd800 || code > 0xdfff) characters.push(String.fromCharCode(code));
  }
  compare([...characters, ...beyond]);
});

test('texts of every length around the ends of segments have as many segments', () => {
  const texts = [];
  for (const alphabet of alphabets) {
    for (const end of [35, 67, 70, 76, 80, 134, 153, 160, 201, 306, 459]) {
      for (let length = end - 2; length <= end + 2; length++) texts.push(text(alphabet, length));
    }
  }
  compare(texts);
});

/** compare has both measure the texts. */
function compare(texts) {
  const output = execFileSync('go', ['run', './test/clients/sizes'], { cwd: root, input: JSON.stringify(texts), maxBuffer: 1 << 26 });
  const wrong = JSON.parse(output).flatMap((ours, i) => {
    const said = { text: texts[i], encoding: ours.Encoding.replace('_', '-'), segments: ours.Segments, unusual: ours.Unusual ?? [] };
    const theirs = measured(texts[i]);
    return JSON.stringify(said) === JSON.stringify(theirs) ? [] : [{ ours: said, theirs }];
  });
  assert.deepEqual(wrong.slice(0, 5), [], `${wrong.length} of ${texts.length} texts are measured otherwise`);
}

function measured(text) {
  const size = new calculator.SegmentedMessage(text);
  const unusual = [...new Set(size.getNonGsmCharacters())];
  return { text, encoding: size.encodingName, segments: size.segmentsCount, unusual };
}

let seed = 1;

/** text is one of so many characters, the same each time the test runs. */
function text(alphabet, length) {
  return Array.from({ length }, () => alphabet[random(alphabet.length)]).join('');
}

function random(below) {
  seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
  return (seed >>> 16) % below;
}
