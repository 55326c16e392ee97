// Work that takes a while, and failures: what is going on, a way to cancel it, and a way on.

import { part } from "./dom.js";

let cancelled = null; // AbortController of the work that is going on

// An error with words for people, and a way on: { words, action }.
export class Trouble extends Error {
  constructor(message, remedy = null) {
    super(message);
    this.remedy = remedy;
  }
}

// a part of the page that could not be loaded when it was needed, in the words of browsers
const NOT_LOADED = /imported module|importing a module/i;
export const GONE = "The server does not answer. Check that it is still running and that you are "
  + "online. The camera, and videos of yours, work without it.";

export function trouble(error) {
  if (error.name === "AbortError") return;
  part("error-text").textContent = NOT_LOADED.test(error.message) ? GONE : error.message;
  part("error").hidden = false;
  const { remedy } = error;
  part("remedy").hidden = !remedy;
  if (!remedy) return;
  part("remedy").textContent = remedy.words;
  part("remedy").onclick = () => { clearTrouble(); remedy.action(); };
}

export function clearTrouble() {
  part("error").hidden = true;
}

// share: 0 to 1, null where it is unknown
export function progress(words, share = null) {
  part("busy").textContent = words;
  if (share === null) part("progress").removeAttribute("value");
  else part("progress").value = share;
}

// work(signal) may be cancelled where `cancellable`
export async function doing(words, work, cancellable = false) {
  clearTrouble();
  cancelled?.abort();
  const here = new AbortController();
  cancelled = here;
  part("work").hidden = !words;
  part("cancel").hidden = !cancellable;
  progress(words);
  try {
    await work(here.signal);
  } catch (error) {
    trouble(error);
  } finally {
    if (cancelled === here) {
      part("work").hidden = true;
      cancelled = null;
    }
  }
}

part("cancel").addEventListener("click", () => cancelled?.abort());
