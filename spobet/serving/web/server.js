// What is asked of the server.

async function reply(path, options = {}) {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  const headers = { ...(options.headers ?? {}), ...(token ? { authorization: `Bearer ${token}` } : {}) };
  const answer = await fetch(path, { ...options, headers });
  if (answer.ok) return answer;
  const words = await answer.text();
  let told = null;
  try {
    told = JSON.parse(words).error;
  } catch {
    told = null; // not one of the API's own
  }
  throw new Error(told ?? `the server answered ${answer.status}`);
}

const part = encodeURIComponent;
const posted = (content) => ({ method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(content) });

export const health = async () => (await reply("/api/health")).json();
export const card = async () => (await reply("/api/card")).text();
export const facts = async (name) => (await reply(`/api/networks/${part(name)}`)).json();
export const network = async (name) => (await reply(`/api/networks/${part(name)}/file`)).arrayBuffer();
export const gallery = async () => (await (await reply("/api/gallery")).json()).clips;
export const galleryClip = async (name) => (await reply(`/api/gallery/${part(name)}`)).json();
export const signs = async () => (await (await reply("/api/signs")).json()).signs;
export const enrol = (gloss, clips) => reply("/api/signs", posted({ gloss, clips }));
export const forget = (gloss) => reply(`/api/signs/${part(gloss)}`, { method: "DELETE" });

export async function answerFile(file) {
  const form = new FormData();
  form.append("file", file);
  return (await reply("/api/predict-file", { method: "POST", body: form })).json();
}
