// A window over the page with one drawing, large: a sign to watch, or a moment to look at.

import { element, part } from "./dom.js";
import { Player, THUMBNAIL, moves } from "./player.js";
import { state } from "./state.js";
import { counted } from "./words.js";

const FEW = 150; // signs that are all drawn at once

export function watch(gloss) {
  const { references } = state;
  const clip = references.clip(gloss);
  const player = new Player(clip, references.drawing, `“${gloss}”`);
  const recordings = counted(clip.recordings, "recording");
  open(`“${gloss}”`, player, `Drawn by a computer: the mean of ${recordings} of this sign, of the `
    + "hands alone. Other people, and other regions, may sign it otherwise.");
  if (moves()) player.start();
}

export function enlarge(clip, facts, frame) {
  const player = new Player(clip, facts, "what the page saw");
  player.show(frame);
  open("What the page saw", player, "");
}

function open(title, player, words) {
  part("watch-title").textContent = title;
  part("watch-player").replaceChildren(player.element);
  part("watch-words").textContent = words;
  part("watch").showModal();
}

// Buttons of which one can be reached by Tab, the others by arrow keys: a hundred of them would
// stand between the reader and the rest of the page. Each shows its drawing where they are few.
export function listed(list, glosses) {
  const { references } = state;
  const few = glosses.length <= FEW;
  const buttons = glosses.map((gloss) => {
    const made = element("button", { type: "button", tabindex: "-1", class: "plain" });
    if (!references.has(gloss)) made.setAttribute("aria-disabled", "true");
    else {
      made.addEventListener("click", () => watch(gloss));
      if (few) made.append(drawing(gloss, made));
    }
    made.append(gloss);
    return made;
  });
  list.classList.toggle("drawn", few);
  buttons[0]?.setAttribute("tabindex", "0");
  list.replaceChildren(...buttons.map((made) => element("li", {}, made)));
}

function drawing(gloss, trigger) {
  const { references } = state;
  const player = new Player(references.clip(gloss), references.drawing, "", true, THUMBNAIL);
  player.playOn(trigger);
  return player.element;
}

const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

export function arrows(list) {
  list.addEventListener("keydown", (event) => {
    const buttons = [...list.querySelectorAll("button")];
    const next = buttons[buttons.indexOf(document.activeElement) + STEPS[event.key]];
    if (!next) return;
    event.preventDefault();
    document.activeElement.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
}

part("watch").addEventListener("click", ({ target }) => {
  if (target === part("watch") || target.id === "watch-close") part("watch").close();
});
part("watch").addEventListener("close", () => part("watch-player").replaceChildren());
