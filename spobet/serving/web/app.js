// The page: camera, files and gallery clips in; ranked glosses, the moments that mattered, and signs to teach out. It recognises
// in this browser where it can; otherwise the server does.

import * as server from "./server.js";
import { clipOf } from "./poses.js";
import { strip } from "./draw.js";

const LONGEST = 20; // seconds of a video with one sign
const TAKES = 3;
const VIDEO = /\.(mp4|webm|mov|mkv)$/i;
const part = (id) => document.getElementById(id);

let facts = null; // of the served network
let network = null; // of network.js; null where the server recognises
let toys = null; // the gallery's network
let camera = null;
let shown = null; // the clip that is shown and can be taught: { clip, raw }
let lesson = null; // { gloss, takes } while a sign is taught at the camera

// --- words and lists ---

function text(kind, words, attributes = {}) {
  const element = document.createElement(kind);
  element.textContent = words;
  Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
  return element;
}

function item(...children) {
  const line = document.createElement("li");
  line.append(...children);
  return line;
}

function trouble(error) {
  part("error").textContent = error.message;
  part("error").hidden = false;
  part("result").hidden = !part("answers").childElementCount;
}

async function doing(words, work) {
  part("error").hidden = true;
  part("busy").textContent = words;
  try {
    await work();
  } catch (error) {
    trouble(error);
  } finally {
    part("busy").textContent = "";
  }
}

// --- answers ---

function show({ answers, sure }, { clip, of, mattered = null, raw = null }) {
  const [best] = answers;
  part("result").hidden = false;
  part("verdict").textContent = sure
    ? `${best.gloss}, ${Math.round(100 * best.probability)} % sure`
    : `Not sure. Perhaps ${best.gloss}?`;
  part("answers").replaceChildren(...answers.map(({ gloss, probability }) => {
    const told = `${(100 * probability).toFixed(1)} %`;
    const bar = document.createElement("progress");
    bar.max = 1;
    bar.value = probability;
    bar.setAttribute("aria-label", `${gloss}: ${told}`);
    return item(text("span", gloss), bar, text("span", told, { "aria-hidden": "true" }));
  }));
  part("strip").replaceChildren(strip(clip, of, mattered));
  part("mattered").hidden = !mattered;
  shown = of === facts ? { clip, raw } : null;
  part("teach").hidden = !shown;
  if (!camera?.stream) part("result").scrollIntoView({ block: "nearest" });
}

async function answerHere(clips, by = network) {
  const answered = await by.answerOfSurest(clips);
  show(answered, { clip: answered.clip, of: by.facts, mattered: await by.mattered(answered.clip) });
}

async function answerFile(file) {
  if (network && VIDEO.test(file.name)) {
    const { clipOfVideo, handsOnly } = await import("./hands.js");
    if (handsOnly(facts)) {
      const say = (share) => { part("busy").textContent = `Looking for hands: ${Math.round(100 * share)} %`; };
      await answerHere([await clipOfVideo(file, facts, LONGEST, say)]);
      return;
    }
  }
  const reply = await server.answerFile(file);
  const clip = clipOf(reply.landmarks, facts);
  if (network) await answerHere([clip]);
  else show(reply, { clip, of: facts, raw: { landmarks: reply.landmarks, unit: reply.unit } });
}

async function answerGallery(name) {
  const reply = await server.galleryClip(name);
  const of = toys?.facts ?? await server.facts(reply.network);
  const clip = clipOf(reply.landmarks, of);
  if (!network) {
    show(reply, { clip, of });
    return;
  }
  toys ??= await openNetwork(of, []);
  await answerHere([clip], toys);
}

// --- camera ---

async function startCamera() {
  const { Camera } = await import("./camera.js");
  camera ??= new Camera(part("video"), part("drawn"), facts, (clip) => signed(clip).catch(trouble), (words) => {
    part("seen").textContent = words;
  });
  await camera.start();
  part("stage").hidden = false;
  part("camera").textContent = "Stop the camera";
}

function stopCamera() {
  camera.stop();
  if (lesson) part("lesson").textContent = "";
  lesson = null;
  part("stage").hidden = true;
  part("camera").textContent = "Start the camera";
}

async function signed(clip) {
  const { cutsOf } = await import("./spotter.js");
  const cuts = cutsOf(clip, facts);
  part("error").hidden = true;
  if (!lesson) {
    await answerHere(cuts);
    return;
  }
  const middle = cuts[Math.floor(cuts.length / 2)]; // as much left out at the beginning as at the end, where that is left
  lesson.takes.push(await network.embed(middle));
  const { gloss, takes } = lesson;
  part("lesson").textContent = `${gloss}: take ${takes.length} of ${TAKES} is kept.`;
  if (takes.length < TAKES) return;
  lesson = null;
  learned(gloss, takes);
}

// --- teaching ---

function learned(gloss, directions) {
  network.taught.add(gloss, directions);
  const many = network.taught.clips.get(gloss).length;
  part("lesson").textContent = `Learned ${gloss} (${many} ${many === 1 ? "clip" : "clips"}). It is kept in this browser.`;
  showSigns();
}

async function teachShown(gloss) {
  if (network) learned(gloss, [await network.embed(shown.clip)]);
  else {
    await server.enrol(gloss, [shown.raw]);
    part("lesson").textContent = `Learned ${gloss}. The server keeps it.`;
    await showSigns();
  }
}

function teachAtCamera(gloss) {
  lesson = { gloss, takes: [] };
  part("lesson").textContent = `Sign ${gloss} ${TAKES} times, with a rest between. Waiting for take 1.`;
}

async function showSigns() {
  const onServer = network ? [...network.taught.given].map(([gloss, clips]) => ({ gloss, clips: clips.length })) : await server.signs();
  const here = network ? [...network.taught.clips].map(([gloss, clips]) => ({ gloss, clips: clips.length, here: true })) : [];
  const lines = [...here, ...onServer].map(({ gloss, clips, here: own }) => {
    const told = `${gloss} (${clips} ${clips === 1 ? "clip" : "clips"}${network && !own ? ", kept by the server" : ""})`;
    if (network && !own) return item(text("span", told));
    const forget = text("button", "Forget", { "aria-label": `Forget ${gloss}`, type: "button" });
    forget.addEventListener("click", () => doing("", async () => {
      await (own ? network.taught.forget(gloss) : server.forget(gloss));
      await showSigns();
    }));
    return item(text("span", told), forget);
  });
  part("signs").replaceChildren(...(lines.length ? lines : [item("None yet.")]));
  part("download").hidden = here.length === 0;
}

function download() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([network.taught.text()], { type: "application/json" }));
  link.download = `${facts.name}.enrolled.json`;
  link.click();
  URL.revokeObjectURL(link.href);
}

// --- beginning ---

async function openNetwork(of, given) {
  const [{ Network }, { Taught }, file] = await Promise.all([import("./network.js"), import("./taught.js"), server.network(of.name)]);
  return Network.open(of, file, new Taught(of.network, given));
}

async function begin() {
  const { network: name, glosses } = await server.health();
  facts = await server.facts(name);
  part("network").textContent = `spobet · ${name}`;
  part("glosses").textContent = glosses.join(", ");
  if (!new URLSearchParams(location.hash.slice(1)).has("server")) {
    network = await openNetwork(facts, facts.enrolled).catch((error) => {
      part("why").textContent = `This browser cannot run the network (${error.message}).`;
      return null;
    });
  }
  const { handsOnly } = network ? await import("./hands.js").catch(() => ({})) : {};
  part("camera-section").hidden = !handsOnly?.(facts);
  part("three-takes").hidden = part("camera-section").hidden;
  part("where").textContent = network
    ? "Recognised in this browser: camera pictures and videos stay on this device. Files of landmarks are read by the server, which keeps nothing."
    : "Recognised by the server: what you give is sent there, read, and not kept.";
  await Promise.all([showSigns(), showGallery(), server.card().then((words) => { part("card").textContent = words; })]);
  document.body.dataset.ready = network ? "here" : "server";
}

async function showGallery() {
  const clips = await server.gallery();
  part("gallery-section").hidden = clips.length === 0;
  part("gallery").replaceChildren(...clips.map(({ name, gloss }) => {
    const choose = text("button", gloss, { type: "button" });
    choose.addEventListener("click", () => doing("Looking …", () => answerGallery(name)));
    return item(choose);
  }));
}

const given = (file) => file && doing(`Reading ${file.name} …`, () => answerFile(file));
part("file").addEventListener("change", ({ target }) => given(target.files[0]));
for (const kind of ["dragover", "dragleave", "drop"]) {
  part("drop").addEventListener(kind, (event) => {
    event.preventDefault();
    part("drop").classList.toggle("over", kind === "dragover");
    if (kind === "drop") given(event.dataTransfer.files[0]);
  });
}
part("camera").addEventListener("click", () => (camera?.stream ? stopCamera() : doing("Loading the hand finder, about 10 MB …", startCamera)));
part("teach").addEventListener("submit", (event) => {
  event.preventDefault();
  doing("", () => teachShown(part("gloss").value.trim()));
});
part("three-takes").addEventListener("submit", (event) => {
  event.preventDefault();
  doing("", async () => {
    if (!camera?.stream) await startCamera();
    teachAtCamera(part("new-gloss").value.trim());
  });
});
part("download").addEventListener("click", download);
begin().catch(trouble);
