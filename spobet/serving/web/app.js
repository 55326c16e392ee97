// The page: camera and files in; a ranked answer, and signs to teach, out. It recognises in this
// browser where it can; otherwise the server does.

import { showAnswer } from "./answerview.js";
import { element, part } from "./dom.js";
import { showGallery } from "./gallery.js";
import { handsOnly } from "./hands.js";
import { rendered } from "./markdown.js";
import { clipOf } from "./poses.js";
import * as server from "./server.js";
import { state } from "./state.js";
import * as teaching from "./teaching.js";
import { search } from "./words.js";
import { Trouble, clearTrouble, doing, progress, trouble } from "./work.js";

const VIDEO = /\.(mp4|webm|mov|mkv|m4v)$/i;
const PRIVATE = "Nothing you show leaves this device: camera and videos are read by this browser.";
const NOT_PRIVATE = "What you show is sent to the server of this page, read there, and not kept.";

async function openNetwork(facts, onServer) {
  const [{ Network }, { Taught }, file] = await Promise.all([
    import("./network.js"),
    import("./taught.js"),
    server.network(facts.name),
  ]);
  return Network.open(facts, file, new Taught(facts.network, onServer));
}

async function answerHere(clips, network = state.network) {
  const answer = await network.answer(clips);
  const seen = await network.occlusion(answer.clip);
  showAnswer(answer, { ...seen, facts: network.facts, example: answer.clip });
}

function notice(words) {
  part("notice").textContent = words;
  part("notice").hidden = !words;
}

// --- files ---

async function answerFile(file, signal) {
  if (state.camera?.stream) stopCamera();
  if (!VIDEO.test(file.name) || !state.network || !handsOnly(state.facts)) {
    await answerByServer(file, signal);
    return;
  }
  const { Undecodable, clipOfVideo } = await import("./videofile.js");
  const say = (share) => progress(`Looking for hands in ${file.name} …`, share);
  showStage("file");
  try {
    const [video, canvas] = [part("video"), part("drawn")];
    await answerHere([await clipOfVideo(file, video, canvas, state.facts, signal, say)]);
  } catch (error) {
    if (!(error instanceof Undecodable)) throw error;
    const action = () => doing(`Sending ${file.name} …`, (on) => answerByServer(file, on), true);
    throw new Trouble(`${error.message} The server may be able to: the video would be sent there, `
      + "read, and not kept.", { words: "Send it to the server", action });
  } finally {
    showStage(null);
  }
}

async function answerByServer(file, signal) {
  const { network, facts } = state;
  const reply = await server.predictFile(file, signal);
  notice(reply.warnings?.join(" ") ?? "");
  const clip = clipOf(reply.landmarks, facts, reply.times);
  const { landmarks, unit, times } = reply;
  const body = { landmarks, unit, times };
  if (network) await answerHere([clip]);
  else showAnswer(reply, { clip, facts, body });
}

async function answerGallery(reply, clip, facts) {
  if (!state.network) {
    showAnswer(reply, { clip, facts });
    return;
  }
  state.gallery ??= await openNetwork(facts, []);
  await answerHere([clip], state.gallery);
}

// --- camera ---

// what the picture is of: "camera", "file" or null
function showStage(source) {
  part("stage").hidden = !source;
  part("hint").hidden = Boolean(source);
  part("picture").dataset.source = source ?? "";
  document.body.dataset.watching = source ?? "";
  part("camera").textContent = source === "camera" ? "Stop" : "Start the camera";
  part("camera").hidden = source === "file";
}

async function startCamera() {
  const { Camera } = await import("./camera.js");
  state.camera ??= new Camera(part("video"), part("drawn"), state.facts, {
    onSign: (clip) => signed(clip).catch(trouble),
    onState: (words) => { part("seen").textContent = words; },
    onLost: () => { stopCamera(); trouble(new Error("The camera was taken away.")); },
  });
  await state.camera.start();
  showStage("camera");
  scrollTo({ top: 0 });
}

function stopCamera() {
  state.camera.stop();
  teaching.endLesson();
  showStage(null);
}

async function signed(clip) {
  const { cutsOf } = await import("./spotter.js");
  const cuts = cutsOf(clip, state.facts);
  clearTrouble();
  // the middle cut leaves out as much at the beginning as at the end
  if (state.lesson) await teaching.takeExample(cuts[Math.floor(cuts.length / 2)]);
  else await answerHere(cuts);
}

// --- beginning ---

function showGlosses() {
  const found = search(state.facts.glosses, part("search").value);
  part("glosses").replaceChildren(...found.map((gloss) => element("li", {}, gloss)));
  part("found").textContent = part("search").value ? `${found.length} found` : "";
}

function introduce({ network: name, version, glosses }) {
  if (/^wlasl/.test(name)) {
    part("language").textContent = "Signs of American Sign Language, one at a time.";
  }
  part("about").textContent = `Start the camera and make one sign: the page tells which of `
    + `${glosses.length.toLocaleString("en")} it is likely to be.`;
  part("count").textContent = glosses.length.toLocaleString("en");
  part("network").textContent = `spobet ${version}, ${name}`;
  part("where").textContent = state.network ? PRIVATE : NOT_PRIVATE;
  const camera = Boolean(state.network) && handsOnly(state.facts);
  part("camera-section").hidden = !camera;
  part("three-takes").hidden = !camera;
  document.body.dataset.camera = camera;
  const step = element("li", {}, "Choose a video of one sign below.");
  if (!camera) part("steps").replaceChildren(step);
  showGlosses();
}

async function begin() {
  const health = await server.health();
  state.facts = await server.facts(health.network);
  if (!new URLSearchParams(location.hash.slice(1)).has("server")) {
    try {
      state.network = await openNetwork(state.facts, state.facts.enrolled);
    } catch (error) {
      notice(`This browser cannot run the recogniser (${error.message}), so the server does it, `
        + "without the camera.");
    }
  }
  introduce(health);
  const tryIt = (...clip) => doing("Looking …", () => answerGallery(...clip));
  const card = server.card().then((text) => part("card").replaceChildren(...rendered(text)));
  await Promise.all([teaching.showSigns(), showGallery(tryIt), card]);
  document.body.dataset.ready = state.network ? "here" : "server";
}

function start() {
  begin().catch((error) => {
    error.remedy ??= { words: "Try again", action: start };
    trouble(error);
  });
}

function given(file) {
  if (file) doing(`Reading ${file.name} …`, (signal) => answerFile(file, signal), true);
}

function submitted(form, action) {
  part(form).addEventListener("submit", (event) => {
    event.preventDefault();
    doing("", action);
  });
}

part("file").addEventListener("change", ({ target }) => {
  given(target.files[0]);
  target.value = ""; // so that the same file can be given again
});
for (const kind of ["dragover", "dragleave", "drop"]) {
  part("drop").addEventListener(kind, (event) => {
    event.preventDefault();
    part("drop").classList.toggle("over", kind === "dragover");
    if (kind === "drop") given(event.dataTransfer.files[0]);
  });
}
part("camera").addEventListener("click", () => {
  if (state.camera?.stream) stopCamera();
  else doing("Loading what finds hands, 10 MB, once …", startCamera);
});
submitted("teach", () => teaching.teachShown(part("gloss").value.trim()));
submitted("three-takes", async () => {
  if (!state.camera?.stream) await startCamera();
  teaching.teachAtCamera(part("new-gloss").value.trim());
});
part("end-lesson").addEventListener("click", teaching.endLesson);
part("download").addEventListener("click", teaching.download);
part("search").addEventListener("input", showGlosses);
start();
