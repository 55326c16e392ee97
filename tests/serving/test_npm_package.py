"""Claims about the npm package: a plain page with it answers as Python does."""

from __future__ import annotations

import gzip
import runpy
import shutil
import subprocess
import tarfile
import threading
from collections.abc import Iterator, Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browsing import BROWSER_TESTS, Watched, chromium
from held_out import held_out_clips
from wandering_hands import wandering

from spobet.poses.sequence import PoseSequence
from spobet.recognition.raw_landmarks.file import landmarks_file
from spobet.recognition.recognizer import load
from spobet.runs import RunFolder
from spobet.serving.landmarks import landmarks_of
from spobet.serving.page import WEB
from spobet.shipped import find_run

NETWORK = "wlasl100-hands-open"
PACK = Path(__file__).parents[2] / "web" / "pack.py"
MOST = 100_000  # bytes of the package, unpacked
PAGE = """<!DOCTYPE html><html><body>Plain<script type="importmap">{"imports": {
  "spobet": "./package/index.js", "onnxruntime-web/wasm": "./ort.wasm.min.mjs"}}</script>
<script type="module">
  import * as spobet from "spobet";
  window.spobet = spobet;
  window.recognizer = await spobet.load("network.onnx");
  document.body.dataset.ready = "here";
</script></body></html>"""
PREDICT = """async (clips) => {
  const found = [];
  for (const [frames, times] of clips) found.push(await recognizer.predict(frames, {times}));
  return found;
}"""
pytestmark = [
    BROWSER_TESTS,
    pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed"),
]


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which the package that `npm pack` made was unpacked."""
    folder = tmp_path_factory.mktemp("npm")
    runpy.run_path(str(PACK))["build"](folder / "built", WEB)
    command = ["npm", "pack", "--silent", "--offline", folder / "built"]
    made = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    with tarfile.open(folder / made.stdout.strip()) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"


@pytest.fixture(scope="module")
def plain_page(packed: Path, driver: Any) -> Iterator[Any]:
    """A plain page in a browser, with the package, ONNX Runtime and a network beside it."""
    site = packed.parent
    (site / "index.html").write_text(PAGE)
    (site / "network.onnx").write_bytes(landmarks_file(RunFolder(find_run(NETWORK)), load(NETWORK)))
    for file in (WEB / "vendor").glob("ort*.gz"):
        (site / file.stem).write_bytes(gzip.decompress(file.read_bytes()))
    handler = partial(_Quiet, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, chromium(driver) as opened:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        watched = Watched(opened)
        yield watched.open(f"http://127.0.0.1:{server.server_address[1]}")
        server.shutdown()
        thread.join()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def same_answers(page: Any, poses: Sequence[PoseSequence]) -> None:
    """Check that page and Python answer the same to clips."""
    sent = [
        [landmarks_of(pose), None if pose.times is None else pose.times.tolist()] for pose in poses
    ]
    ours = load(NETWORK).predict_many(poses)
    for here, there in zip(page.evaluate(PREDICT, sent), ours, strict=True):
        assert [one["gloss"] for one in here["answers"]] == [answer.gloss for answer in there]
        assert (here["answer"], here["accepted"]) == (there.answer, there.accepted)
        values = [one["probability"] for one in here["answers"]]
        np.testing.assert_allclose(values, [answer.probability for answer in there], atol=1e-4)


def test_the_package_is_small(packed: Path) -> None:
    files = [file for file in packed.rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) < MOST
    assert {"index.js", "index.d.ts", "LICENSE", "README.md"} <= {file.name for file in files}


def test_a_plain_page_answers_as_python_does(plain_page: Any) -> None:
    same_answers(plain_page, [wandering(length, length) for length in (5, 30, 47, 90, 140)])


@pytest.mark.slow
def test_a_plain_page_ranks_a_hundred_real_clips_as_python_does(
    plain_page: Any, shared: Path
) -> None:
    recognizer = load(NETWORK)
    poses = [recognizer.prepared(pose) for _, pose in held_out_clips(shared, 100)]
    same_answers(plain_page, poses)


def test_a_stream_is_spotted_and_a_taught_sign_is_known(plain_page: Any) -> None:
    found = plain_page.evaluate(
        """async ([frames, take]) => {
          const spotter = new spobet.Spotter(recognizer.facts);
          const signs = frames.map((frame) => spotter.push(Float32Array.from(
            frame.flatMap((point) => point ?? [NaN, NaN])))).filter((sign) => sign);
          const named = await recognizer.predict(signs[0].clip);
          await recognizer.enrol("tea", [take]);
          const taught = await recognizer.predict(take);
          return [signs.length, named.answers.length, taught.answers[0].gloss];
        }""",
        [landmarks_of(wandering(500, 0, rest=True)), landmarks_of(wandering(60, 9))],
    )
    assert found[0] > 2 and found[1:] == [5, "tea"]


def test_what_is_wrong_is_said(plain_page: Any) -> None:
    said = plain_page.evaluate(
        """async () => {
          const say = async (action) => action().then(() => "", (error) => error.message);
          return [
            await say(() => spobet.load("index.html")),
            await say(() => spobet.load("nothing.onnx")),
            await say(() => recognizer.predict([[[0, 0]]])),
            await say(() => recognizer.predict([null, null])),
          ];
        }"""
    )
    expected = ("Not a NAME-landmarks.onnx", "status 404", "1 landmarks, expected 42", "No hand")
    for words, message in zip(expected, said, strict=True):
        assert words in message
