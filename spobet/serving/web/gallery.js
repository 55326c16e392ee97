// The gallery: made-up signs to watch and to try, each a moving drawing.

import { button, element, part } from "./dom.js";
import { Player } from "./player.js";
import { clipOf } from "./poses.js";
import * as server from "./server.js";
import { sayable } from "./words.js";

// onTry(reply, clip, facts) when a clip is to be named; gives the facts of the gallery's network,
// null without a gallery
export async function showGallery(onTry) {
  const names = await server.gallery();
  part("gallery-section").hidden = names.length === 0;
  const replies = await Promise.all(names.map(({ name }) => server.galleryClip(name)));
  const facts = replies.length ? await server.facts(replies[0].network) : null;
  part("gallery").replaceChildren(...replies.map((reply, number) => {
    const clip = clipOf(reply.landmarks, facts, reply.times);
    const label = sayable(names[number].gloss);
    const player = new Player(clip, facts, label, true);
    player.canvas.addEventListener("click", () => player.toggle());
    const attributes = { "aria-label": `Name it: ${label}` };
    const naming = button("Name it", () => onTry(reply, clip, facts), attributes);
    const row = element("div", { class: "row" }, player.play, naming);
    return element("li", {}, player.element, element("p", {}, label), row);
  }));
  return facts;
}
