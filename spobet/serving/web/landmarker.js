// What finds hands, and the body beside them, in a worker that is started once: about 10 MB from
// this server for each of the two.

let worker = null;
let count = 0;
const asked = new Map();
const opening = {}; // by whether the body is looked for

// body: whether it is looked for beside the hands
export function openLandmarker(body = false) {
  opening[body] ??= open(body);
  opening[body].catch(() => { opening[body] = null; }); // so that it can be tried again
  return opening[body];
}

async function open(body) {
  worker ??= started();
  await ask({ task: "open", body });
  return new Landmarker(body);
}

function started() {
  const made = new Worker(new URL("./landmarker-worker.js", import.meta.url));
  made.addEventListener("message", ({ data: { id, found, error } }) => {
    const { resolve, reject } = asked.get(id);
    asked.delete(id);
    if (error) reject(new Error(error));
    else resolve(found);
  });
  made.addEventListener("error", ({ message }) => {
    for (const { reject } of asked.values()) reject(new Error(message));
    asked.clear();
  });
  return made;
}

function ask(message) {
  count += 1;
  const id = count;
  worker.postMessage({ ...message, id }, message.picture ? [message.picture] : []);
  return new Promise((resolve, reject) => {
    asked.set(id, { resolve, reject });
  });
}

class Landmarker {
  constructor(body) {
    this.body = body;
  }

  // to be called before the first picture of another video
  begin() {
    return ask({ task: "begin" });
  }

  // { hands, body } in a picture, an ImageBitmap, which is used up; body: null where none is seen
  // or looked for
  find(picture) {
    return ask({ task: "find", picture, body: this.body });
  }
}
