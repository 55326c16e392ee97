// What is asked of the server.

import { GONE, Trouble } from "./work.js";

async function reply(path, options = {}) {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  const headers = { ...options.headers, ...(token ? { authorization: `Bearer ${token}` } : {}) };
  // what is not kept on this device needs no attempt, which the console would note as an error
  if (options.method && navigator.onLine === false) throw new Trouble(GONE);
  let answer;
  try {
    answer = await fetch(path, { ...options, headers });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Trouble(GONE);
  }
  if (answer.ok) return answer;
  const content = await answer.text();
  throw new Trouble(answer.status === 401
    ? "This server asks for a token: open the page with #token=… at the end of its address."
    : errorIn(content) ?? `The server failed (status ${answer.status}).`);
}

function errorIn(content) {
  try {
    return JSON.parse(content).error;
  } catch {
    return null; // not one of the API's answers
  }
}

// the bytes of a large file; say(share) while they come
async function bytes(path, say) {
  const answer = await reply(path);
  const whole = Number(answer.headers.get("content-length"));
  const reader = answer.body.getReader();
  const parts = [];
  let count = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    parts.push(part.value);
    count += part.value.length;
    if (whole) say(Math.min(1, count / whole));
  }
  return new Blob(parts).arrayBuffer();
}

// what a network's files depend on: under an address with it they never change
const versionOf = ({ network, version, temperature, known_share, first_share, threshold }) =>
  [network, version, temperature, known_share, first_share, threshold].join("-");

const json = async (path) => (await reply(path)).json();
const encoded = encodeURIComponent;

export const health = () => json("/api/health");
export const card = async () => (await reply("/api/card")).text();
export const facts = (name) => json(`/api/networks/${encoded(name)}`);
export const gallery = async () => (await json("/api/gallery")).clips;
export const galleryClip = (name) => json(`/api/gallery/${encoded(name)}`);
export const signs = async () => (await json("/api/signs")).signs;
export const forget = (gloss) => reply(`/api/signs/${encoded(gloss)}`, { method: "DELETE" });

// kind: "landmarks", the file that reads raw landmarks, or "references"
export function addressOf(facts, kind) {
  const query = new URLSearchParams({ v: versionOf(facts) });
  return `/api/networks/${encoded(facts.name)}/${kind}?${query}`;
}

export const network = (facts, say) => bytes(addressOf(facts, "landmarks"), say);
export const references = (facts) => json(addressOf(facts, "references"));

export function enrol(gloss, clips) {
  const headers = { "content-type": "application/json" };
  return reply("/api/signs", { method: "POST", headers, body: JSON.stringify({ gloss, clips }) });
}

export async function predictFile(file, signal) {
  const form = new FormData();
  form.append("file", file);
  return (await reply("/api/predict-file", { method: "POST", body: form, signal })).json();
}
