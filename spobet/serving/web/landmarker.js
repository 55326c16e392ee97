// The hand landmarker, in a worker that is started once: about 10 MB from this server.

let opening = null;

export function openLandmarker() {
  opening ??= Landmarker.open();
  opening.catch(() => { opening = null; }); // so that it can be tried again
  return opening;
}

class Landmarker {
  static async open() {
    const landmarker = new Landmarker();
    await landmarker.ask("open");
    return landmarker;
  }

  constructor() {
    this.worker = new Worker(new URL("./landmarker-worker.js", import.meta.url));
    this.asked = new Map();
    this.count = 0;
    this.worker.addEventListener("message", ({ data: { id, hands, error } }) => {
      const { resolve, reject } = this.asked.get(id);
      this.asked.delete(id);
      if (error) reject(new Error(error));
      else resolve(hands);
    });
    this.worker.addEventListener("error", ({ message }) => {
      for (const { reject } of this.asked.values()) reject(new Error(message));
      this.asked.clear();
    });
  }

  ask(task, picture = null) {
    this.count += 1;
    const message = { id: this.count, task, picture };
    this.worker.postMessage(message, picture ? [picture] : []);
    return new Promise((resolve, reject) => {
      this.asked.set(message.id, { resolve, reject });
    });
  }

  // to be called before the first picture of another video
  begin() {
    return this.ask("begin");
  }

  // the hands in a picture, an ImageBitmap, which is used up
  hands(picture) {
    return this.ask("find", picture);
  }
}
