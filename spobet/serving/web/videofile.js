// The hands in a video file: each picture is looked at once, and counts with its time.

import { DecodedVideo } from "./decodedvideo.js";
import { drawFound } from "./draw.js";
import { openLandmarker } from "./landmarker.js";
import { looksAtBody } from "./lookat.js";
import { PlayedVideo, Undecodable } from "./playedvideo.js";
import { clipOfFrames } from "./poses.js";
import { framesOfHands } from "./tracks.js";

export { Undecodable };

const LONGEST = 20; // seconds of a video with one sign

// video, canvas: elements of the page; say(share) while it works
export async function clipOfVideo(file, video, canvas, facts, signal, say) {
  const opened = await DecodedVideo.open(file) ?? await PlayedVideo.open(file, video);
  signal.addEventListener("abort", () => opened.stop());
  try {
    const { duration, size } = opened;
    if (!(duration <= LONGEST)) {
      const limit = `Cut it to one sign, at most ${LONGEST} seconds.`;
      throw new Error(`${file.name} lasts ${Math.round(duration)} seconds. ${limit}`);
    }
    const landmarker = await openLandmarker(looksAtBody(facts));
    await landmarker.begin();
    [canvas.width, canvas.height] = size;
    const [pictures, bodies, times] = [[], [], []];
    for await (const { seconds, bitmap, paint } of opened.pictures()) {
      const found = await landmarker.find(bitmap);
      drawFound(canvas, found);
      paint?.(canvas.getContext("2d"));
      pictures.push(found.hands);
      bodies.push(found.body);
      times.push(seconds);
      say(seconds / duration);
    }
    signal.throwIfAborted();
    if (!pictures.length) throw new Undecodable(`No picture of ${file.name} could be shown.`);
    return clipOfFrames(framesOfHands(pictures, facts, size, bodies), times);
  } finally {
    opened.stop();
  }
}
