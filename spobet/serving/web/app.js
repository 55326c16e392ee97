// The page: hands files and gallery clips to the server, shows the ranked glosses, teaches and forgets signs.

const part = (id) => document.getElementById(id);
let clip = null; // landmarks of the clip that is shown, as the server can enrol them

async function ask(path, options = {}) {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  const headers = { ...(options.headers ?? {}), ...(token ? { authorization: `Bearer ${token}` } : {}) };
  const reply = await fetch(path, { ...options, headers });
  const content = (reply.headers.get("content-type") ?? "").includes("json") ? await reply.json() : await reply.text();
  if (!reply.ok) throw new Error(content.error ?? content.detail ?? `the server answered ${reply.status}`);
  return content;
}

const send = (content) => ({ method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(content) });

function item(...children) {
  const line = document.createElement("li");
  line.append(...children);
  return line;
}

function text(kind, words) {
  const element = document.createElement(kind);
  element.textContent = words;
  return element;
}

function trouble(error) {
  part("error").textContent = error.message;
  part("error").hidden = false;
}

async function doing(words, work) {
  part("error").hidden = true;
  part("result").hidden = false;
  part("verdict").textContent = words;
  try {
    await work();
  } catch (error) {
    part("result").hidden = true;
    trouble(error);
  }
}

function show(reply, teachable) {
  const [best] = reply.answers;
  part("verdict").textContent = reply.sure
    ? `${best.gloss}, ${Math.round(100 * best.probability)} % sure`
    : `Not sure. Perhaps ${best.gloss}?`;
  part("answers").replaceChildren(...reply.answers.map((answer) => {
    const bar = document.createElement("progress");
    bar.max = 1;
    bar.value = answer.probability;
    bar.setAttribute("aria-label", `${answer.gloss}: ${Math.round(100 * answer.probability)} %`);
    return item(text("span", answer.gloss), bar, text("span", `${(100 * answer.probability).toFixed(1)} %`));
  }));
  const drawn = new DOMParser().parseFromString(reply.strip ?? "<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml");
  part("strip").replaceChildren(document.importNode(drawn.documentElement, true));
  clip = teachable ? { landmarks: reply.landmarks, unit: reply.unit } : null;
  part("teach").hidden = !clip;
  part("result").focus();
}

function answerFile(file) {
  const form = new FormData();
  form.append("file", file);
  return doing(`Reading ${file.name} …`, async () => show(await ask("/api/predict-file", { method: "POST", body: form }), true));
}

async function showSigns(reply) {
  const { signs } = reply ?? (await ask("/api/signs"));
  const lines = signs.map(({ gloss, clips }) => {
    const forget = text("button", "Forget");
    forget.setAttribute("aria-label", `Forget ${gloss}`);
    forget.addEventListener("click", () =>
      ask(`/api/signs/${encodeURIComponent(gloss)}`, { method: "DELETE" }).then(showSigns, trouble));
    return item(text("span", `${gloss} (${clips} ${clips === 1 ? "clip" : "clips"})`), forget);
  });
  part("signs").replaceChildren(...(lines.length ? lines : [item("None yet.")]));
}

async function showGallery() {
  const { clips } = await ask("/api/gallery");
  part("gallery-section").hidden = clips.length === 0;
  part("gallery").replaceChildren(...clips.map(({ name, gloss }) => {
    const choose = text("button", gloss);
    choose.addEventListener("click", () =>
      doing("Looking …", async () => show(await ask(`/api/gallery/${encodeURIComponent(name)}`), false)));
    return item(choose);
  }));
}

async function begin() {
  const { network, glosses } = await ask("/api/health");
  part("network").textContent = `spobet · ${network}`;
  part("glosses").textContent = glosses.join(", ");
  part("card").textContent = await ask("/api/card");
  await Promise.all([showSigns(), showGallery()]);
  document.body.dataset.ready = "yes";
}

part("file").addEventListener("change", ({ target }) => target.files[0] && answerFile(target.files[0]));
for (const kind of ["dragover", "dragleave", "drop"]) {
  part("drop").addEventListener(kind, (event) => {
    event.preventDefault();
    part("drop").classList.toggle("over", kind === "dragover");
    if (kind === "drop" && event.dataTransfer.files[0]) answerFile(event.dataTransfer.files[0]);
  });
}
part("teach").addEventListener("submit", (event) => {
  event.preventDefault();
  const gloss = part("gloss").value.trim();
  ask("/api/signs", send({ gloss, clips: [clip] })).then(async (reply) => {
    await showSigns(reply);
    part("verdict").textContent = `Learned: ${gloss}. Give another clip of it to make it surer.`;
  }, trouble);
});
begin().catch(trouble);
