"""Claims about the requests of the API: what they answer, and what they refuse in words."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import Any

import numpy as np
import onnxruntime
import pytest
from clients import CLIP, described, post_bytes, refused
from formats.clips import made_clip
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from spobet.poses.preprocess import UnknownPictureSize
from spobet.poses.skeleton import OPENPOSE_54
from spobet.recognition.recognizer import load
from spobet.serving.page import WEB


def test_landmarks_are_answered_as_the_recogniser_answers(client: Any) -> None:
    reply = client.post("/api/predict", json=described(top=3)).json()
    ours = load("wlasl100-hands").predict(CLIP, top=3)
    assert [answer["gloss"] for answer in reply["answers"]] == [answer.gloss for answer in ours]
    expected = [answer.probability for answer in ours]
    found = [answer["probability"] for answer in reply["answers"]]
    assert found == pytest.approx(expected, abs=1e-6)
    assert (reply["accepted"], reply["confidence"]) == (
        ours.accepted,
        pytest.approx(ours.confidence),
    )


def test_landmarks_as_bytes_are_answered_as_the_same_in_json(client: Any) -> None:
    missing = CLIP.xy.astype("<f4")
    missing[3:5, 7] = np.nan
    as_json = [
        [None if x != x else [x, y] for x, y in frame] for frame in missing.astype(float).tolist()
    ]
    for path in ("/api/predict", "/api/spot"):
        packed = post_bytes(client, f"{path}?top=3&frame_rate=25", missing.tobytes())
        assert packed.status_code == 200
        body = {"landmarks": as_json, "top": 3}
        assert packed.json() == client.post(path, json={**body, "frame_rate": 25}).json()
        assert packed.json() == client.post(f"{path}?top=9&frame_rate=25", json=body).json()


@pytest.mark.parametrize(
    ("query", "coordinates", "cut", "error"),
    [
        ("", 0, 0, "0 frames, expected 1 to"),
        ("", 83, 0, "83 coordinates, expected 84 per frame"),
        ("", 84, 1, "a body of 335 bytes, expected float32"),
        ("?top=many", 84, 0, "top: Input should be a valid integer, got 'many'"),
        ("?frame_rate=0", 84, 0, "frame_rate: Input should be greater than or equal to 1, got 0"),
        ("?skeleton=X", 84, 0, "unknown skeleton 'X'"),
        ("", 84 * 20_001, 0, "20001 frames, expected 1 to 20,000"),
    ],
)
def test_bytes_that_are_no_clip_are_refused_in_words(
    query: str, coordinates: int, cut: int, error: str, client: Any
) -> None:
    body = np.ones(coordinates, "<f4").tobytes()
    assert error in refused(post_bytes(client, f"/api/predict{query}", body[: len(body) - cut]))


def test_bytes_that_hold_no_number_are_refused(client: Any) -> None:
    for value in (np.nan, np.inf):
        body = np.full(84, value, "<f4").tobytes()
        assert "no hand seen" in refused(post_bytes(client, "/api/predict", body))


def test_what_is_no_number_in_json_is_missing_as_it_is_in_files(client: Any) -> None:
    """Python's json writes NaN and Infinity."""
    body = described()
    body["landmarks"][0][3] = None
    expected = client.post("/api/predict", json=body).json()
    for value in (np.nan, np.inf):
        body["landmarks"][0][3] = [value, 0.5]
        assert client.post("/api/predict", content=json.dumps(body)).json() == expected


@pytest.mark.parametrize("field", ["times", "size", "frame_rate", "top"])
def test_what_is_no_number_in_other_fields_is_refused(field: str, client: Any) -> None:
    body = described()
    value = [np.nan] * (2 if field == "size" else len(body["landmarks"]))
    body[field] = value if field in ("times", "size") else np.nan
    refused(client.post("/api/predict", content=json.dumps(body)))


def test_a_clip_of_another_skeleton_and_unit_is_answered(client: Any) -> None:
    pose = made_clip(OPENPOSE_54, num_frames=20, unit="pixels")
    body = described(pose, skeleton="OPENPOSE_54", unit="pixels")
    with pytest.warns(UnknownPictureSize):
        reply = client.post("/api/predict", json=body).json()
    assert len(reply["answers"]) == 5
    assert "the size of the picture is unknown" in reply["warnings"][0]
    assert "warnings" not in client.post("/api/predict", json={**body, "size": [640, 480]}).json()


def test_pixels_with_the_size_of_the_picture_are_answered_as_shares_of_it(client: Any) -> None:
    shares = client.post("/api/predict", json=described()).json()["answers"]
    wide = replace(CLIP, xy=CLIP.xy * np.float32([1280, 720]), unit="pixels")
    body = described(wide, unit="pixels", size=[1280, 720])
    answers = client.post("/api/predict", json=body).json()["answers"]
    assert [answer["gloss"] for answer in answers] == [answer["gloss"] for answer in shares]
    expected = pytest.approx([answer["probability"] for answer in shares], abs=1e-3)
    assert [answer["probability"] for answer in answers] == expected


def test_a_long_clip_is_searched(client: Any) -> None:
    reply = client.post("/api/spot", json=described(frame_rate=25))
    assert reply.status_code == 200
    assert isinstance(reply.json()["signs"], list)


def test_the_gallery_is_named_right_by_its_own_network(client: Any) -> None:
    clips = client.get("/api/gallery").json()["clips"]
    assert len(clips) == 6
    for clip in clips:
        reply = client.get(f"/api/gallery/{clip['name']}").json()
        assert reply["answers"][0]["gloss"] == clip["gloss"]
    assert "no clip" in refused(client.get("/api/gallery/nothing"))


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ({}, "landmarks: Field required"),
        ({"landmarks": {}}, "expected one entry per frame"),
        ({"landmarks": [None], "framerate": 25}, "framerate: Extra inputs are not permitted"),
        ({"landmarks": []}, "0 frames, expected 1 to"),
        ({"landmarks": [None]}, "no hand seen"),
        ({"landmarks": [[[0, 0]] * 41]}, "frame 1: 41 landmarks, expected 42"),
        ({"landmarks": [[[0, 0]] * 42, 3]}, "frame 2: int landmarks"),
        ({"landmarks": [[[0, 0, 0]] * 42]}, "frame 1: expected every landmark as"),
        ({"landmarks": [[["a", 0]] * 42]}, "expected numbers"),
        ({"landmarks": [[[1e300, 0]] * 42]}, "expected finite numbers"),
        (
            {"landmarks": [[[0, 0]] * 42], "unit": "miles"},
            "unit: Input should be 'pixels' or 'image', got 'miles'",
        ),
        ({"landmarks": [[[0, 0]] * 42], "skeleton": "X"}, "unknown skeleton 'X'"),
        (
            {"landmarks": [[[0, 0]] * 42], "top": 0},
            "top: Input should be greater than",
        ),
        ({"landmarks": [[[0, 0]] * 42], "size": [640]}, "size: List should have at least 2"),
        ({"landmarks": [[[0, 0]] * 42] * 2, "times": [1.0]}, "1 times, expected one for each of 2"),
        (
            {"landmarks": [[[0, 0]] * 42], "frame_rate": "fast"},
            "frame_rate: Input should be a valid number",
        ),
    ],
)
def test_what_is_no_clip_is_refused_in_words(
    content: dict[str, Any], error: str, client: Any
) -> None:
    assert error in refused(client.post("/api/predict", json=content))


def test_a_body_that_is_no_object_is_refused(client: Any) -> None:
    assert "not JSON" in refused(client.post("/api/predict", content=b"{"))
    assert "a JSON list, expected an object" in refused(client.post("/api/spot", content=b"[]"))
    blank = client.post("/api/signs", json={"gloss": " ", "clips": [described()]})
    assert "gloss: String should have at least 1 character" in refused(blank)
    many = client.post("/api/signs", json={"gloss": "tea", "clips": [described()] * 11})
    assert "clips: List should have at most 10 items" in refused(many)
    wrong = client.post("/api/signs", json={"gloss": "tea", "clips": [described(top=0)]})
    assert "clips.0.top: " in refused(wrong)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers()
    | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["landmarks", "gloss", "clips", "top"]), inner)
    ),
    max_leaves=10,
)


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example(path="/api/spot", content={"landmarks": [None]})
@given(path=st.sampled_from(["/api/predict", "/api/spot", "/api/signs"]), content=JSON)
def test_no_json_breaks_the_server(path: str, content: Any, client: Any) -> None:
    reply = client.post(path, json=content)
    if reply.status_code == 200:  # frames that show nothing hold no sign
        assert path == "/api/spot" and "landmarks" in content
        assert reply.json()["signs"] == []
    else:
        assert reply.status_code == 400


def test_a_network_and_what_it_needs_are_given_to_those_who_run_it_elsewhere(
    client: Any,
) -> None:
    facts = client.get("/api/networks/wlasl100-hands").json()
    lengths = [len(facts["glosses"]), len(facts["landmarks"]), len(facts["hands"]["left"])]
    assert lengths == [100, 42, 21]
    file = client.get("/api/networks/wlasl100-hands/file").content
    assert facts["network"] == hashlib.sha256(file).hexdigest()
    assert client.get("/api/networks/synthetic-20").json()["name"] == "synthetic-20"
    assert "no network 'x' here" in refused(client.get("/api/networks/x"))


def test_the_file_that_reads_raw_landmarks_is_made_once(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("onnx", reason="the extra export is not installed")
    content = client.get("/api/networks/synthetic-20/landmarks").content
    outputs = [output.name for output in onnxruntime.InferenceSession(content).get_outputs()]
    assert outputs[:4] == ["probabilities", "confidence", "hands_seen", "evidence"]
    assert {"logits", "embedding", "spans", "leads", "span_logits"} < set(outputs)
    monkeypatch.setattr("spobet.serving.service.landmarks_file", None)
    assert client.get("/api/networks/synthetic-20/landmarks").content == content
    assert "no network 'x' here" in refused(client.get("/api/networks/x/landmarks"))


def test_what_the_page_takes_from_others_is_what_the_list_says(client: Any) -> None:
    listed = json.loads((WEB / "vendor" / "vendor.json").read_text())
    files = {file.name for file in (WEB / "vendor").glob("*.gz")}
    assert files == {f"{name}.gz" for name in listed}
    for name, facts in listed.items():
        for encoding in ("gzip", "identity"):
            reply = client.get(f"/vendor/{name}", headers={"accept-encoding": encoding})
            assert reply.headers.get("content-encoding", "identity") == encoding
            assert len(reply.content) == facts["bytes"]
            assert hashlib.sha256(reply.content).hexdigest() == facts["sha256"]
    assert client.get("/vendor/../app.js").status_code == 200  # the client itself makes it /app.js
    assert client.get("/vendor/nothing.js").status_code == 404


def test_the_description_names_every_path(client: Any) -> None:
    paths = client.get("/api/openapi.json").json()["paths"]
    wanted = {
        "/api/predict",
        "/api/predict-file",
        "/api/spot",
        "/api/signs",
        "/api/signs/{gloss}",
        "/api/health",
        "/api/card",
    }
    assert wanted <= set(paths)
