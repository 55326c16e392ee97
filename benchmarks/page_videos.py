"""Videos dropped on the page, beside Python on the same files: the first answers, and the time.

    python benchmarks/page_videos.py FOLDER [NETWORK]

FOLDER holds videos of one sign each. Every one is read and answered in a headless Chromium (with
playwright) and by `spobet predict`'s way; prints both first answers, the seconds that the page took
for a second of video, and at the end how many answers are the same. Python needs the networks that
find landmarks (`spobet extract --fetch-models`).
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "serving"))
from browsing import CHROMIUM, page_of

from spobet import video
from spobet.errors import UserError
from spobet.recognition.recognizer import load

PATIENCE = 600_000  # milliseconds
READY = """async () => {
  const {clipOfVideo} = await import('/videofile.js');
  const {state: {facts, network}} = await import('/state.js');
  const probe = Object.assign(document.createElement('input'), {type: 'file', id: 'probe'});
  document.body.append(probe);
  document.getElementById('stage').hidden = false;
  const [video, canvas] = ['video', 'drawn'].map((id) => document.getElementById(id));
  const quiet = new AbortController().signal;
  window.answerOf = async () => {
    const began = performance.now();
    const clip = await clipOfVideo(probe.files[0], video, canvas, facts, quiet, () => undefined);
    const took = (performance.now() - began) / 1000;
    const {answers: [best], accepted, confidence} = await network.answer([clip]);
    const lasts = clip.times.at(-1) - clip.times[0];
    return {gloss: best.gloss, accepted, confidence, took, lasts, frames: clip.numFrames};
  };
}"""


def main() -> None:
    """Answer each video there and here, and compare."""
    name = sys.argv[2] if len(sys.argv) > 2 else "wlasl100-hands-open"
    files, recognizer = sorted(Path(sys.argv[1]).glob("*.mp4")), load(name)
    if CHROMIUM is None:
        sys.exit("no Chromium found")
    same = both = 0
    with page_of(name) as page:
        page.set_default_timeout(PATIENCE)
        page.evaluate(READY)
        for file in files:
            page.set_input_files("#probe", file)
            there = page.evaluate("answerOf()")
            began = time.perf_counter()
            try:
                here = recognizer.predict(video.read(file))
            except UserError as error:
                print(f"{file.name}: {error}")
                continue
            took = time.perf_counter() - began
            both += 1
            same += there["gloss"] == here[0].gloss
            print(
                f"{file.name}: {there['gloss']} {there['confidence']:.2f} there, "
                f"{here[0].gloss} {here.confidence:.2f} here; {there['frames']} pictures, "
                f"{there['took'] / there['lasts']:.1f} s a second there, "
                f"{took / there['lasts']:.1f} here",
                flush=True,
            )
    print(f"the same first answer: {same} of {both} videos")


if __name__ == "__main__":
    main()
