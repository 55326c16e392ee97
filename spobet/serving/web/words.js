// Words for people.

// the parts of a made-up sign's name, which say how it is made: handshape, or one changing to
// another, where, and movement
const MADE_UP = /^(\w+(?:-to-\w+)?)-(\w+)-(.+)-palm-\w+(?:-\w+)?$/;
export const MANY = 500; // glosses from which a network is one to look signs up in
const WHERE = { neutral: "in front" };

// a sign's name as one would say it
export function sayable(gloss) {
  const [, shape, where, movement] = MADE_UP.exec(gloss) ?? [];
  if (!shape) return gloss;
  const words = (text) => text.replaceAll("-", " ");
  return `${words(shape)} ${WHERE[where] ?? `at the ${where}`}, ${words(movement)}`;
}

// 0.034 -> "3 %"; nothing is certain, nor ruled out
export function percent(probability) {
  const rounded = Math.round(100 * probability);
  if (rounded < 1) return "< 1 %";
  return rounded > 99 ? "> 99 %" : `${rounded} %`;
}

export const counted = (number, noun) => `${number} ${noun}${number === 1 ? "" : "s"}`;

// the glosses that hold a text, sorted; those that begin with it first
export function search(glosses, text) {
  const wanted = text.trim().toLowerCase();
  const order = new Intl.Collator("en", { sensitivity: "base", numeric: true });
  const found = glosses.filter((gloss) => gloss.toLowerCase().includes(wanted));
  const begins = (gloss) => Number(!gloss.toLowerCase().startsWith(wanted));
  return found.sort((one, other) => begins(one) - begins(other) || order.compare(one, other));
}
