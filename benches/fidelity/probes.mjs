// Identifiers, names and figures: what a later turn can only use where the context still holds it. They are found
// by other rules than those of the summarizer.

const WORD = /[\p{L}\p{N}][\p{L}\p{N}_]*(?:[-./@#:\\'][\p{L}\p{N}_]+)*/gu;
const FIGURE = /^\d[\d.:/-]*$/;

/** Says nothing by itself, though it has a capital. */
const COMMON = new Set(
  "I I'm I'll I'd I've OK Okay Yes No The This That These Those It If In On At To For From And But Or So Is Are Was Were Do Does Did Can Could Would Will Shall Should Please Thank Thanks Hello Hi Hey You Your We Our My He She They There Here What When Where Which Who Why How Let Sure Great Unfortunately However Since Would Also Note Yes ID IDs API JSON STOP".split(
    " ",
  ),
);

/** The probes in a text, as a set. */
export function probes(text) {
  const found = new Set();
  const plain = normal(text);
  for (const { 0: word, index } of plain.matchAll(WORD)) {
    if (isProbe(word, plain, index)) found.add(word);
  }
  return found;
}

function isProbe(word, text, index) {
  if (FIGURE.test(word)) return /\d.*\d/.test(word); // a single digit is in every text
  if (word.length > 100) return false;
  if (/\d/.test(word) || /[_@]/.test(word)) return word.length > 2;
  if (COMMON.has(word) || word.length < 2) return false;
  if (/^\p{Lu}{2,}$/u.test(word)) return true;
  return /^\p{Lu}/u.test(word) && !startsSentence(text, index);
}

/** A capital at the beginning of a sentence, of a line or of bold words makes no name. */
function startsSentence(text, index) {
  return /(?:^|[.!?:\n*"#(]|\d\.)\s*[-*"'#(]*\s*$/u.test(
    text.slice(Math.max(0, index - 12), index),
  );
}

/** Numbers without the commas of thousands. */
const normal = (text) => text.replace(/(?<=\d),(?=\d{3})/g, "");

/** Says of words whether they are in a text, as words of their own. */
export function holder(text) {
  const plain = normal(text);
  const isPart = /[\p{L}\p{N}_]/u;
  return (word) => {
    for (let at = plain.indexOf(word); at >= 0; at = plain.indexOf(word, at + 1)) {
      const before = plain[at - 1] ?? " ";
      const after = plain[at + word.length] ?? " ";
      if (!isPart.test(before) && !isPart.test(after)) return true;
    }
    return false;
  };
}
