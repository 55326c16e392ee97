"""Claims about the commands that answer with a network."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from spobet.cli import main
from spobet.formats import packed
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42
from spobet.recognition.enrolled_file import EnrolledFile
from spobet.recognition.network import network_hash
from spobet.runs import RunFolder
from spobet.shipped import find_run

NETWORK = "wlasl100-hands"


def spobet(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def clip(folder: Path, name: str, unit: str = "image", seed: int = 0) -> Path:
    """A file with hands that wander."""
    rng = np.random.default_rng(seed)
    xy = 0.5 + rng.normal(0, 0.05, (42, 2)) + rng.normal(0, 0.02, (20, 1, 2)).cumsum(axis=0)
    xy = (xy * [400 if unit == "pixels" else 1]).astype(np.float32)
    packed.write(PoseSequence(xy, np.ones((20, 42)), HANDS_42, unit=unit), folder / name)
    return folder / name


def test_a_batch_goes_on_after_a_bad_clip_lists_and_counts_it_and_exits_with_1(
    tmp_path: Path,
) -> None:
    good, other = clip(tmp_path, "good.npz"), clip(tmp_path, "other.npz", seed=1)
    bad = tmp_path / "bad.npz"
    bad.write_bytes(b"PK")
    result = spobet("predict", NETWORK, good, bad, tmp_path / "absent.npz", other)
    assert result.exit_code == 1
    assert [line.split(": ")[0] for line in result.stdout.splitlines()] == [str(good), str(other)]
    *failed, count = result.stderr.splitlines()
    assert count == "2 of 4 clips answered, 2 could not be"
    assert "bad.npz" in failed[0]
    assert "absent.npz" in failed[1]
    assert len(failed) == 2


def test_a_bad_clip_of_a_batch_is_a_line_of_json_too(tmp_path: Path) -> None:
    good, absent = clip(tmp_path, "good.npz"), tmp_path / "absent.npz"
    result = spobet("predict", NETWORK, absent, good, "--json")
    assert result.exit_code == 1
    failed, answered = (json.loads(line) for line in result.stdout.splitlines())
    assert set(failed) == {"clip", "error"}
    assert set(answered) == {"clip", "answer", "accepted", "confidence", "answers"}


def test_one_bad_clip_alone_is_refused(tmp_path: Path) -> None:
    result = spobet("predict", NETWORK, tmp_path / "absent.npz")
    assert result.exit_code == 2
    assert result.stderr.startswith("spobet: ")
    assert "absent.npz" in result.stderr
    assert not result.stdout


def test_an_answer_below_the_threshold_says_so_in_text_and_json(tmp_path: Path) -> None:
    paths = [clip(tmp_path, f"{seed}.npz", seed=seed) for seed in range(4)]
    texts = spobet("predict", NETWORK, *paths).stdout.splitlines()
    values = [
        json.loads(line)
        for line in spobet("predict", NETWORK, *paths, "--json").stdout.splitlines()
    ]
    assert not all(line["accepted"] for line in values)
    for path, text, line in zip(paths, texts, values, strict=True):
        first = line["answers"][0]
        gloss = first["gloss"]
        expected = {True: [gloss], False: [f"perhaps {gloss}", "not sure"]}
        shown = text.removeprefix(f"{path}: ").split(" (")[0]
        assert shown == line["answer"]
        assert shown in expected[line["accepted"]]


def test_pixels_without_a_picture_size_are_warned_of_and_answered_with_the_one_given(
    tmp_path: Path,
) -> None:
    pixels = clip(tmp_path, "pixels.npz", unit="pixels")
    warned = spobet("predict", NETWORK, pixels)
    assert warned.exit_code == 0
    [line] = warned.stderr.splitlines()
    assert line.startswith("warning: clip in pixels of a picture of unknown size")
    sized = spobet("predict", NETWORK, pixels, "--size", "400x400")
    assert sized.stderr == ""
    shares = spobet("predict", NETWORK, clip(tmp_path, "shares.npz"))
    assert sized.stdout.split(": ", 1)[1] == shares.stdout.split(": ", 1)[1]
    wide = spobet("predict", NETWORK, pixels, "--size", "1600x400")
    assert wide.stdout != sized.stdout


@pytest.mark.parametrize("size", ["400", "400x", "0x400", "4.5x3", "axb"])
def test_what_is_no_picture_size_is_refused(size: str, tmp_path: Path) -> None:
    result = spobet("predict", NETWORK, clip(tmp_path, "clip.npz"), "--size", size)
    assert result.exit_code == 2
    assert "expected width and height in pixels such as 1280x720" in result.stderr


def test_signs_are_enrolled_listed_answered_with_and_removed(tmp_path: Path) -> None:
    path, signs = clip(tmp_path, "tea.npz"), tmp_path / "signs.json"
    assert spobet("enrol", NETWORK, "tea", path, "--file", signs).stdout == f"{signs}: tea (1)\n"
    assert spobet("enrol", NETWORK, "--list", "--file", signs).stdout == f"{signs}: tea (1)\n"
    again = spobet("enrol", NETWORK, "tea", path, "--file", signs).stdout
    assert again == f"{signs}: tea (1)\n1 of the 1 clips enrolled before: nothing added for them\n"
    answered = spobet("predict", NETWORK, path, "--enrolled", signs, "--json")
    assert json.loads(answered.stdout)["answers"][0]["gloss"] == "tea"
    assert json.loads(spobet("predict", NETWORK, path, "--json").stdout) != json.loads(
        answered.stdout
    )
    removed = spobet("enrol", NETWORK, "--remove", "tea", "--file", signs)
    assert removed.stdout == f"{signs}: nothing enrolled\n"
    assert spobet("enrol", NETWORK, "--remove", "tea", "--file", signs).exit_code == 2


def test_what_the_command_and_others_enrol_at_once_is_all_there(tmp_path: Path) -> None:
    path, signs = clip(tmp_path, "clip.npz"), tmp_path / "signs.json"
    network = network_hash(RunFolder(find_run(NETWORK)))
    spobet("enrol", NETWORK, "first", path, "--file", signs)
    width = EnrolledFile(signs, network).read().clips["first"].shape[1]
    embedding = np.ones((1, width))

    def enrol(number: int) -> None:
        EnrolledFile(signs, network).change(lambda old: old.with_sign(f"{number}", embedding))

    with ThreadPoolExecutor(2) as pool:
        others = [pool.submit(enrol, number) for number in range(40)]
        for number in range(3):
            result = spobet("enrol", NETWORK, f"command {number}", path, "--file", signs)
            assert result.exit_code == 0
        for other in others:
            other.result()
    expected = {"first", *(f"command {n}" for n in range(3)), *(str(n) for n in range(40))}
    assert set(EnrolledFile(signs, network).read().glosses) == expected


def test_signs_of_a_long_clip_are_lines_of_json_on_request(tmp_path: Path) -> None:
    from recognition.test_spotting import long_clip

    packed.write(long_clip()[0], tmp_path / "long.npz")
    result = spobet("spot", NETWORK, tmp_path / "long.npz", "--json", "--top", "2")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(lines) == 4
    assert all(len(line["answers"]) == 2 for line in lines)
    assert set(lines[0]) == {
        *("start", "stop", "seconds", "answer", "accepted", "confidence", "answers")
    }
    text = spobet("spot", NETWORK, tmp_path / "long.npz").stdout.splitlines()
    assert len(text) == 4


def test_a_long_clip_without_a_sign_is_said_to_have_none(tmp_path: Path) -> None:
    from recognition.test_spotting import long_clip

    pose, signs = long_clip()
    packed.write(pose.frames(0, signs[0].start - 15), tmp_path / "rest.npz")
    result = spobet("spot", NETWORK, tmp_path / "rest.npz")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "rest.npz: no sign found" in result.stderr
