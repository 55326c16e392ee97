"""Claims about tables of a row a frame, with two columns a landmark."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from formats.scenes import alone, assert_shows, person, wide_columns

from spobet.errors import UserError
from spobet.formats import read, recognise

ALONE = [person(frame) for frame in range(3)]


def save(path: Path, columns: dict[str, list]) -> Path:
    rows = zip(*columns.values(), strict=True)
    path.write_text("\n".join(",".join(map(str, row)) for row in (columns, *rows)))
    return path


def test_columns_are_known_by_either_order_of_part_and_axis(tmp_path: Path) -> None:
    columns = wide_columns(alone())
    turned = {f"{name[2:]}_{name[0].upper()}": value for name, value in columns.items()}
    turned = {**turned, "frame": turned.pop("ame_F"), "z_pose_0": [9, 9, 9], "note": [0, 0, 0]}
    for number, given in enumerate((columns, turned)):
        path = save(tmp_path / f"{number}.csv", given)
        assert recognise(path).format == "landmark table"
        assert_shows(read(path), ALONE)


def test_frames_stand_in_the_order_of_their_numbers_or_of_the_rows(tmp_path: Path) -> None:
    columns = wide_columns(alone())
    del columns["frame"]
    assert_shows(read(save(tmp_path / "rows.csv", columns)), ALONE)
    mixed = {"frame": [7, 5, 6], **{name: [v[2], v[0], v[1]] for name, v in columns.items()}}
    assert_shows(read(save(tmp_path / "mixed.csv", mixed)), ALONE)


def test_visibility_is_the_bodys_confidence(tmp_path: Path) -> None:
    columns = {**wide_columns(alone()), "pose_0_visibility": [0.25, 0.5, 0.75]}
    pose = read(save(tmp_path / "clip.csv", columns))
    nose, wrist = pose.skeleton.index("nose"), pose.skeleton.index("right_wrist")
    np.testing.assert_allclose(pose.confidence[:, nose], [0.25, 0.5, 0.75])
    assert (pose.confidence[:, wrist] == 1).all()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"sequence_id": [1, 1, 2]}, "sequence_id has several values"),
        ({"frame": [1, 2, 2]}, "a frame number stands twice"),
        ({"x_left_hand_21": [0, 0, 0]}, "column x_left_hand_21, expected landmarks from 0 to 20"),
    ],
)
def test_what_is_no_single_clip_is_refused(
    change: dict[str, list], error: str, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=rf"clip\.csv: {error}"):
        read(save(tmp_path / "clip.csv", {**wide_columns(alone()), **change}))


def test_the_fingerspelling_contests_form_is_read(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra parquet is not installed")
    arrow = pytest.importorskip("pyarrow")
    columns = {**wide_columns(alone()), "sequence_id": [7, 7, 7], "x_face_0": [0.5] * 3}
    parquet.write_table(arrow.table(columns), tmp_path / "clip.parquet")
    assert_shows(read(tmp_path / "clip.parquet"), ALONE)
