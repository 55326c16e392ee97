"""Claims about commands on single clips, of files and of data sets."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from spobet.cli import main
from spobet.dataset.store import Dataset
from spobet.formats import packed
from spobet.progress import EVERY, ProgressLines


def spobet(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def test_show_and_predict_take_a_clip_of_a_data_set(wide_data: Path, tmp_path: Path) -> None:
    data = Dataset.open(wide_data)
    clip_id = data.manifest.clips[3].id
    packed.write(data.pose(clip_id), tmp_path / "clip.npz")
    shown = spobet("show", clip_id, tmp_path / "id.svg", "--data", wide_data)
    assert f"of {wide_data}, {len(data.pose(clip_id))} frames" in shown.stdout
    spobet("show", tmp_path / "clip.npz", tmp_path / "path.svg")
    assert (tmp_path / "id.svg").read_text() == (tmp_path / "path.svg").read_text()
    by_id = spobet("predict", "wlasl100-hands", clip_id, "--data", wide_data)
    by_path = spobet("predict", "wlasl100-hands", tmp_path / "clip.npz")
    assert by_id.stdout.startswith(f"{clip_id}: ")
    assert by_id.stdout.split(": ", 1)[1] == by_path.stdout.split(": ", 1)[1]
    absent = spobet("predict", "wlasl100-hands", "absent", "--data", wide_data)
    assert absent.exit_code == 2
    assert "no clip 'absent' among" in absent.stderr
    assert spobet("show", "absent", tmp_path / "x.svg", "--data", wide_data).exit_code == 2
    assert spobet("predict", "wlasl100-hands", "--sample", "--data", wide_data).exit_code == 2


def test_a_drawing_is_a_png_where_its_name_says_so(wide_data: Path, tmp_path: Path) -> None:
    pytest.importorskip("resvg_py", reason="the extra png is not installed")
    clip_id = Dataset.open(wide_data).manifest.clips[0].id
    strip = tmp_path / "strip.png"
    result = spobet("show", clip_id, strip, "--data", wide_data, "--frames", 2, "--height", 60)
    assert result.exit_code == 0, result.output
    content = strip.read_bytes()
    assert content.startswith(b"\x89PNG\r\n")
    assert int.from_bytes(content[20:24], "big") >= 60  # its height
    moving = spobet("show", clip_id, strip, "--data", wide_data, "--frames", 0)
    assert moving.exit_code == 2
    assert "name an .svg file" in moving.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("convert", "clip.npz", "file/clip.npz"),
        ("convert", "clip.npz", "loop"),
        ("show", "clip.npz", "file/clip.svg"),
        ("show", "clip.npz", "loop"),
        ("spot", "wlasl100-hands", "clip.npz", "--out", "file/signs.eaf"),
        ("enrol", "wlasl100-hands", "a sign", "clip.npz", "--file", "loop"),
    ],
)
def test_a_file_that_could_not_be_written_is_refused_before_the_work(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("clip.npz").write_bytes(b"no clip")  # the work would fail
    Path("file").touch()
    Path("loop").symlink_to("loop")
    found = spobet(*words)
    assert found.exit_code == 2
    assert "file is a file, expected a folder" in found.stderr or "back to itself" in found.stderr


@pytest.mark.parametrize("option", ["--seed", "--glosses", "--takes"])
def test_a_number_that_cannot_be_is_refused_at_the_door(option: str, tmp_path: Path) -> None:
    found = spobet("synthesize", tmp_path / "data", option, "-1")
    assert found.exit_code == 2
    assert f"Invalid value for '{option}': -1 is not in the range" in found.stderr


def test_progress_in_a_pipe_is_a_line_now_and_then(capsys: pytest.CaptureFixture[str]) -> None:
    seconds = iter([0.0, 1.0, EVERY, EVERY, EVERY + 1, 3 * EVERY, 3 * EVERY])
    lines = ProgressLines("clips", 2000, lambda: next(seconds))
    for done in (10, 500, 600):
        lines.update(done)
    lines.update(1500, "9.0 frames a second")
    assert capsys.readouterr().err.splitlines() == [
        "clips: 500 of 2,000 (25%)",
        "clips: 1,500 of 2,000 (75%), 9.0 frames a second",
    ]
