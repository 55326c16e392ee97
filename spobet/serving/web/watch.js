// A window over the page with one drawing, large: a sign to watch, or a moment to look at.

import { element, part } from "./dom.js";
import { Player, moves } from "./player.js";
import { state } from "./state.js";
import { counted } from "./words.js";

export function watch(gloss) {
  const { references } = state;
  const clip = references.clip(gloss);
  const player = new Player(clip, references.drawing, `“${gloss}”`);
  open(`“${gloss}”`, player, `Drawn by a computer: the mean of ${counted(clip.recordings, "recording")}`
    + " of this sign, of the hands alone. Other people, and other regions, may sign it otherwise.");
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
// stand between the reader and the rest of the page.
export function listed(list, glosses, action) {
  const buttons = glosses.map((gloss) => {
    const made = element("button", { type: "button", tabindex: "-1", class: "plain" }, gloss);
    made.addEventListener("click", () => action(gloss));
    return made;
  });
  buttons[0]?.setAttribute("tabindex", "0");
  list.replaceChildren(...buttons.map((made) => element("li", {}, made)));
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
