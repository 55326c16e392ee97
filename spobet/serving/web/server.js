// What is asked of the server.

import { Trouble } from "./work.js";

const GONE = "The server does not answer. Check that it is still running and that you are online. "
  + "The camera, and videos of yours, work without it.";

async function reply(path, options = {}) {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  const headers = { ...options.headers, ...(token ? { authorization: `Bearer ${token}` } : {}) };
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

const json = async (path) => (await reply(path)).json();
const encoded = encodeURIComponent;

export const health = () => json("/api/health");
export const card = async () => (await reply("/api/card")).text();
export const facts = (name) => json(`/api/networks/${encoded(name)}`);
export const gallery = async () => (await json("/api/gallery")).clips;
export const galleryClip = (name) => json(`/api/gallery/${encoded(name)}`);
export const signs = async () => (await json("/api/signs")).signs;
export const forget = (gloss) => reply(`/api/signs/${encoded(gloss)}`, { method: "DELETE" });

// the file that reads raw landmarks
export async function network(name) {
  return (await reply(`/api/networks/${encoded(name)}/landmarks`)).arrayBuffer();
}

export function enrol(gloss, clips) {
  const headers = { "content-type": "application/json" };
  return reply("/api/signs", { method: "POST", headers, body: JSON.stringify({ gloss, clips }) });
}

export async function predictFile(file, signal) {
  const form = new FormData();
  form.append("file", file);
  return (await reply("/api/predict-file", { method: "POST", body: form, signal })).json();
}
