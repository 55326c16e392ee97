// The answer: one word, how probable it is, the next likeliest, and the clip that it answers beside
// drawings of what it may be.

import { inWords } from "./answers.js";
import { element, part } from "./dom.js";
import { handsOnly } from "./hands.js";
import { Player, THUMBNAIL, moves } from "./player.js";
import { compare as differences } from "./practice.js";
import { state } from "./state.js";
import { strip } from "./strip.js";
import { enlarge } from "./watch.js";
import { MANY, percent, sayable } from "./words.js";

const LONG = 24; // letters of an answer that is written smaller

// answer: of Network.answer or the server; seen: { clip, spans, facts, body }, spans null where the
// network was not asked which moments mattered, body what the server would be taught, references
// those of the network that answered, null without
export function showAnswer(answer, seen) {
  const { clip, spans = null, facts, body = null, example = clip, references = null } = seen;
  part("idle").hidden = true;
  part("answered").hidden = false;
  const { word, probability } = verdict(answer, facts);
  part("answer").textContent = facts.glosses.length < MANY ? "The answer"
    : `The ten likeliest of ${facts.glosses.length.toLocaleString("en")} words`;
  part("word").textContent = word;
  part("word").classList.toggle("long", word.length > LONG);
  part("probability").textContent = probability;
  const advice = answer.advice ?? "";
  part("advice").textContent = advice && `${advice[0].toUpperCase()}${advice.slice(1)}.`;
  part("answers").replaceChildren(...answer.answers.map((line) => row(line, references, seen)));
  showClip(clip, facts, spans);
  const practised = references?.has(state.practised) ? state.practised : null;
  compare(practised ?? answer.answers[0].gloss, references, { clip, facts });
  state.shown = facts === state.facts ? { clip: example, body } : null;
  part("teach").hidden = !state.shown;
  part("look-up").hidden = !state.shown || !state.dictionary;
  if (!state.camera?.stream) part("result").scrollIntoView({ block: "nearest" });
}

function verdict(answer, facts) {
  const word = inWords(answer, facts.threshold);
  const [best] = answer.answers;
  if (word === "not sure") return { word, probability: `closest: “${sayable(best.gloss)}”` };
  return {
    word: word.replace(best.gloss, sayable(best.gloss)),
    probability: `${percent(best.probability)} likely`,
  };
}

// a word with its probability; a button that draws it beside the clip, where it can be drawn
function row({ gloss, probability }, references, seen) {
  const words = percent(probability);
  const name = sayable(gloss);
  const meter = element("progress", { max: 1, "aria-label": `${name}: ${words}` });
  meter.value = probability;
  const number = element("span", { "aria-hidden": "true" }, words);
  if (!references?.has(gloss)) {
    const empty = references ? [element("span", { class: "undrawn" })] : [];
    return element("li", {}, element("span", { class: "name" }, ...empty, name), meter, number);
  }
  const player = new Player(references.clip(gloss), references.drawing, "", true, THUMBNAIL);
  const chosen = { type: "button", class: "plain name", "aria-label": `Compare with “${gloss}”` };
  const choose = element("button", chosen, player.element, element("span", {}, name));
  choose.addEventListener("click", () => {
    state.practised = null;
    compare(gloss, references, seen);
    part("replay").scrollIntoView({ block: "nearest" });
  });
  player.playOn(choose);
  return element("li", {}, choose, meter, number);
}

function showClip(clip, facts, spans) {
  const player = new Player(clip, facts, "what the page saw");
  part("player").replaceChildren(player.element);
  const look = (frame) => enlarge(clip, facts, frame);
  part("strip").replaceChildren(...strip(clip, facts, spans, look));
  part("mattered").hidden = !spans;
  part("replay").hidden = false;
  if (moves() && !state.camera?.stream) player.start();
}

// draws a sign beside the clip and below it, where it can be drawn
function compare(gloss, references, { clip, facts }) {
  part("compared").hidden = !references?.has(gloss);
  hidePractice(part("compared").hidden);
  if (part("compared").hidden) return;
  practise(gloss, references, clip, facts);
  const player = new Player(references.clip(gloss), references.drawing, `“${gloss}”`);
  part("compared-gloss").textContent = `“${gloss}”, as others sign it`;
  part("compared-player").replaceChildren(player.element);
  if (moves() && !state.camera?.stream) player.start();
}

function hidePractice(hidden) {
  part("practice").hidden = hidden;
  part("practice-line").hidden = hidden;
}

function practise(gloss, references, clip, facts) {
  const { drawing } = references;
  const reference = references.clip(gloss);
  const found = handsOnly(facts) ? differences(clip, facts, reference, drawing) : null;
  hidePractice(!found);
  if (!found) return;
  const label = `what the page saw, over “${gloss}”`;
  const player = new Player({ ...found.clip, seconds: reference.seconds }, drawing, label);
  part("practice-player").replaceChildren(player.element);
  const [first, ...rest] = found.sentence;
  part("practice-words").textContent = `${first.toUpperCase()}${rest.join("")}.`;
  part("sign-again").textContent = `Sign “${gloss}” again`;
  part("sign-again").dataset.gloss = gloss;
  part("sign-again").hidden = document.body.dataset.camera !== "true";
  if (moves() && !state.camera?.stream) player.start();
}
