// The page: camera and files in; a ranked answer, and signs to teach, out. It recognises in this
// browser where it can; otherwise the server does.

import { showAnswer } from "./answerview.js";
import { part } from "./dom.js";
import { introduce, showExample, showVocabulary } from "./first.js";
import { showGallery } from "./gallery.js";
import { canFind, readsBody } from "./lookat.js";
import { rendered } from "./markdown.js";
import { keepForOffline } from "./offline.js";
import { clipOf } from "./poses.js";
import { References } from "./references.js";
import * as server from "./server.js";
import { state } from "./state.js";
import * as teaching from "./teaching.js";
import { MANY } from "./words.js";
import { Trouble, clearTrouble, doing, progress, trouble } from "./work.js";

const VIDEO = /\.(mp4|webm|mov|mkv|m4v)$/i;
const READY = "Getting ready: this is loaded once …";
const SHOWN = 5; // of the likeliest words
const DICTIONARY = "wlasl2000-hands";
const LOOKED_UP = 10; // of a dictionary's

async function openNetwork(facts, onServer) {
  const [{ Network }, { Taught }, file] = await Promise.all([
    import("./network.js"),
    import("./taught.js"),
    server.network(facts, (share) => progress(READY, share)),
  ]);
  return Network.open(facts, file, new Taught(facts.network, onServer));
}

const numShown = ({ glosses }) => (glosses.length < MANY ? SHOWN : LOOKED_UP);

// aspect: width over height of the picture that the clips are shares of; references: drawings of
// the network's signs, null without
async function answerHere(clips, aspect, network = state.network, references = state.references) {
  const { facts } = network;
  const answer = await network.answer(clips, numShown(facts));
  const { clip, spans } = await network.occlusion(answer.clip);
  const seen = { clip: { ...clip, aspect }, spans, facts, example: answer.clip, references };
  showAnswer(answer, seen);
  state.last = { clips: [answer.clip], aspect };
}

// the clip that is shown, among all signs of the dictionary
async function lookUp() {
  const { dictionary, last } = state;
  dictionary.facts ??= await server.facts(DICTIONARY);
  dictionary.network ??= await openNetwork(dictionary.facts, []);
  dictionary.references ??= await References.open(dictionary.facts);
  await answerHere(last.clips, last.aspect, dictionary.network, dictionary.references);
}

const aspectOf = ({ videoWidth, videoHeight }) => videoWidth / videoHeight || 1;

function notice(words) {
  part("notice").textContent = words;
  part("notice").hidden = !words;
}

// --- files ---

async function answerFile(file, signal) {
  if (state.camera?.stream) stopCamera();
  if (!VIDEO.test(file.name) || !state.network || !canFind(state.facts)) {
    await answerByServer(file, signal);
    return;
  }
  const { Undecodable, clipOfVideo } = await import("./videofile.js");
  const say = (share) => progress(`Looking for hands in ${file.name} …`, share);
  showStage("file");
  try {
    const [video, canvas] = [part("video"), part("drawn")];
    const clip = await clipOfVideo(file, video, canvas, state.facts, signal, say);
    await answerHere([clip], canvas.width / canvas.height);
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
  const aspect = unit === "image" && reply.size ? reply.size[0] / reply.size[1] : 1;
  if (network) await answerHere([clip], aspect);
  else showAnswer(reply, { clip: { ...clip, aspect }, facts, body, references: state.references });
}

async function answerGallery(reply, clip, facts) {
  if (!state.network) {
    showAnswer(reply, { clip, facts });
    return;
  }
  state.gallery ??= await openNetwork(facts, []);
  await answerHere([clip], 1, state.gallery, null);
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
  state.practised = null;
  teaching.endLesson();
  showStage(null);
}

async function signed(clip) {
  const { cutsOf } = await import("./spotter.js");
  const cuts = cutsOf(clip, state.facts);
  clearTrouble();
  notice("");
  // the middle cut leaves out as much at the beginning as at the end
  if (state.lesson) await teaching.takeExample(cuts[Math.floor(cuts.length / 2)]);
  else await answerHere(cuts, aspectOf(part("video")));
}

// --- beginning ---

async function begin() {
  const health = await server.health();
  state.facts = await server.facts(health.network);
  const here = !new URLSearchParams(location.hash.slice(1)).has("server");
  introduce(health, here);
  References.open(state.facts).then((references) => {
    state.references = references;
    showVocabulary();
    showExample();
  }).catch(trouble);
  if (here) {
    try {
      state.network = await openNetwork(state.facts, state.facts.enrolled);
    } catch (error) {
      notice(`This browser cannot run the recogniser (${error.message}), so the server does it, `
        + "without the camera.");
    }
  }
  introduce(health, Boolean(state.network));
  if (state.network && /^wlasl100-/.test(health.network)) state.dictionary = {};
  const tryIt = (...clip) => doing("Looking …", () => answerGallery(...clip));
  const card = server.card().then((text) => part("card").replaceChildren(...rendered(text)));
  const [gallery] = await Promise.all([showGallery(tryIt), teaching.showSigns(), card]);
  part("camera").disabled = false;
  document.body.dataset.ready = state.network ? "here" : "server";
  const more = gallery ? [server.addressOf(gallery, "landmarks")] : [];
  keepForOffline(more, readsBody(state.facts))
    .catch((error) => console.info(`not kept for offline use: ${error.message}`));
}

function start() {
  doing(READY, async () => {
    try {
      await begin();
    } catch (error) {
      error.remedy ??= { words: "Try again", action: start };
      throw error;
    }
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
  else doing("Loading what finds hands, once …", startCamera);
});
part("look-at-body").addEventListener("change", () => {
  if (!state.camera?.stream) return;
  stopCamera();
  doing("Loading what finds the body …", startCamera);
});
part("sign-again").addEventListener("click", ({ target: { dataset } }) => {
  doing("", async () => {
    if (!state.camera?.stream) await startCamera();
    state.practised = dataset.gloss;
    scrollTo({ top: 0 });
    notice(`Make “${dataset.gloss}”, then let your hands rest.`);
  });
});
part("look-up").addEventListener("click", () => doing("Opening the dictionary …", lookUp));
submitted("teach", () => teaching.teachShown(part("gloss").value.trim()));
submitted("three-takes", async () => {
  if (!state.camera?.stream) await startCamera();
  teaching.teachAtCamera(part("new-gloss").value.trim());
});
part("end-lesson").addEventListener("click", teaching.endLesson);
part("download").addEventListener("click", teaching.download);
part("load").addEventListener("change", ({ target }) => {
  const [file] = target.files;
  if (file) doing("", () => teaching.load(file));
  target.value = "";
});
start();
