"""Claims about the HTTP API: answers, enrolment that lasts, and what it refuses."""

from __future__ import annotations

import hashlib
import json
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from formats.clips import made_clip
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spobet.formats import packed, write
from spobet.poses.skeleton import HANDS_42, HOLISTIC_75, OPENPOSE_54
from spobet.recognition.recognizer import load
from spobet.shipped import find_run

pytest.importorskip("fastapi", reason="the extra serve is not installed")
pytest.importorskip("python_multipart", reason="the extra serve is not installed")
pytest.importorskip("httpx2", reason="httpx2, which the test client needs, is not installed")
from starlette.testclient import TestClient

from spobet.serving.app import create_app
from spobet.serving.page import WEB
from spobet.serving.reading import MAX_BODY, landmarks_of

CLIP = made_clip(HANDS_42, num_frames=30)


@pytest.fixture(scope="module")
def signs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("signs") / "enrolled.json"


@pytest.fixture(scope="module")
def client(signs: Path) -> TestClient:
    return TestClient(create_app(find_run("wlasl100-hands"), signs), base_url="http://127.0.0.1")


def described(clip: Any = CLIP, **more: Any) -> dict[str, Any]:
    return {"landmarks": landmarks_of(clip), **more}


def refused(reply: Any, status: int = 400) -> str:
    assert reply.status_code == status, reply.text
    return reply.json()["error"]


def post_bytes(client: TestClient, path: str, body: bytes) -> Any:
    return client.post(path, content=body, headers={"content-type": "application/octet-stream"})


def test_landmarks_are_answered_as_the_recogniser_answers(client: TestClient) -> None:
    reply = client.post("/api/predict", json=described(top=3)).json()
    ours = load("wlasl100-hands").predict(CLIP, top=3)
    assert [answer["gloss"] for answer in reply["answers"]] == [answer.gloss for answer in ours]
    sure = [answer.probability for answer in ours]
    assert [answer["probability"] for answer in reply["answers"]] == pytest.approx(sure, abs=1e-4)
    assert reply["sure"] == load("wlasl100-hands").accepts(ours)


def test_landmarks_as_bytes_are_answered_as_the_same_in_json(client: TestClient) -> None:
    missing = CLIP.xy.astype("<f4")
    missing[3:5, 7] = np.nan
    as_json = [
        [None if x != x else [x, y] for x, y in frame] for frame in missing.astype(float).tolist()
    ]
    for path in ("predict", "spot"):
        packed_reply = post_bytes(client, f"/api/{path}?top=3&frame_rate=25", missing.tobytes())
        assert (
            packed_reply.json()
            == client.post(
                f"/api/{path}", json={"landmarks": as_json, "top": 3, "frame_rate": 25}
            ).json()
        )
        assert (
            packed_reply.json()
            == client.post(
                f"/api/{path}?top=9&frame_rate=25", json={"landmarks": as_json, "top": 3}
            ).json()
        )
        assert packed_reply.status_code == 200


@pytest.mark.parametrize(
    ("query", "coordinates", "cut", "error"),
    [
        ("", 0, 0, "0 frames, expected 1 to"),
        ("", 83, 0, "83 coordinates, expected 84 a frame"),
        ("", 84, 1, "a body of 335 bytes, expected float32"),
        ("?top=many", 84, 0, "top is 'many', expected 1 to 100"),
        ("?frame_rate=0", 84, 0, "frame_rate is 0, expected 1 to 1000"),
        ("?skeleton=X", 84, 0, "unknown skeleton 'X'"),
        ("", 84 * 20_001, 0, "20001 frames, expected 1 to 20,000"),
    ],
)
def test_bytes_that_are_no_clip_are_refused_in_words(
    query: str, coordinates: int, cut: int, error: str, client: TestClient
) -> None:
    body = np.ones(coordinates, "<f4").tobytes()
    assert error in refused(post_bytes(client, f"/api/predict{query}", body[: len(body) - cut]))


def test_bytes_that_hold_no_number_are_refused(client: TestClient) -> None:
    for value, error in ((np.nan, "no hand seen"), (np.inf, "expected finite numbers")):
        body = np.full(84, value, "<f4").tobytes()
        assert error in refused(post_bytes(client, "/api/predict", body))


def test_a_clip_of_another_skeleton_and_unit_is_answered(client: TestClient) -> None:
    pose = made_clip(OPENPOSE_54, num_frames=20, unit="pixels")
    assert (
        client.post(
            "/api/predict", json=described(pose, skeleton="OPENPOSE_54", unit="pixels")
        ).status_code
        == 200
    )


@pytest.mark.parametrize("suffix", [".npz", ".pose", ".json"])
def test_a_file_is_answered_and_given_back_as_landmarks(
    suffix: str, client: TestClient, tmp_path: Path
) -> None:
    file, clip = tmp_path / f"clip{suffix}", made_clip(HOLISTIC_75, num_frames=12, size=(640, 480))
    if suffix == ".json":
        hand = [{"x": 0.1 + 0.01 * point, "y": 0.5} for point in range(21)]
        file.write_text(json.dumps([{"left_hand_landmarks": hand}] * 5))
    else:
        pytest.importorskip("pose_format", reason="the extra pose is not installed")
        write(clip, file)
    reply = client.post("/api/predict-file", files={"file": (file.name, file.read_bytes())}).json()
    assert len(reply["answers"]) == 5
    assert reply["frames"] == len(reply["landmarks"])
    again = client.post(
        "/api/predict", json={"landmarks": reply["landmarks"], "unit": reply["unit"]}
    ).json()
    assert again["answers"][0]["gloss"] == reply["answers"][0]["gloss"]


def test_an_enrolled_sign_is_named_kept_on_disk_and_forgotten(
    client: TestClient, signs: Path
) -> None:
    reply = client.post("/api/signs", json={"gloss": "tea", "clips": [described()]})
    assert reply.json() == {"signs": [{"gloss": "tea", "clips": 1}]}
    assert json.loads(signs.read_text())["signs"][0]["gloss"] == "tea"
    assert client.post("/api/predict", json=described()).json()["answers"][0]["gloss"] == "tea"
    fresh = TestClient(create_app(find_run("wlasl100-hands"), signs), base_url="http://127.0.0.1")
    assert fresh.get("/api/signs").json() == {"signs": [{"gloss": "tea", "clips": 1}]}
    assert "tea" in fresh.get("/api/health").json()["glosses"]
    assert client.delete("/api/signs/tea").json() == {"signs": []}
    assert "'tea' is not enrolled" in refused(client.delete("/api/signs/tea"))
    assert client.post("/api/predict", json=described()).json()["answers"][0]["gloss"] != "tea"


def test_what_one_process_enrols_another_names_at_once_and_none_is_lost(tmp_path: Path) -> None:
    place = tmp_path / "enrolled.json"
    apps = [
        TestClient(create_app(find_run("wlasl100-hands"), place), base_url="http://127.0.0.1")
        for _ in range(2)
    ]
    assert (
        apps[0].post("/api/signs", json={"gloss": "tea", "clips": [described()]}).status_code == 200
    )
    assert apps[1].post("/api/predict", json=described()).json()["answers"][0]["gloss"] == "tea"
    with ThreadPoolExecutor(6) as pool:
        asked = {"clips": [described()]}
        told = pool.map(
            lambda number: apps[number % 2].post(
                "/api/signs", json={"gloss": f"s{number}", **asked}
            ),
            range(24),
        )
        assert {reply.status_code for reply in told} == {200}
    assert [len(app.get("/api/signs").json()["signs"]) for app in apps] == [25, 25]
    assert apps[0].delete("/api/signs/tea").status_code == 200
    assert "tea" not in apps[1].get("/api/health").json()["glosses"]


def test_a_file_of_signs_that_was_damaged_under_the_server_is_said_and_not_written_over(
    tmp_path: Path,
) -> None:
    place = tmp_path / "deep" / "enrolled.json"
    app = TestClient(create_app(find_run("wlasl100-hands"), place), base_url="http://127.0.0.1")
    assert not place.parent.exists()  # nothing is written before somebody enrols
    assert app.post("/api/signs", json={"gloss": "tea", "clips": [described()]}).status_code == 200
    place.write_text("{")
    assert "not a file of enrolled signs" in refused(app.post("/api/predict", json=described()))
    assert "not a file of enrolled signs" in refused(
        app.post("/api/signs", json={"gloss": "milk", "clips": [described()]})
    )
    assert place.read_text() == "{"


def test_a_long_clip_is_searched(client: TestClient) -> None:
    reply = client.post("/api/spot", json=described(frame_rate=25))
    assert reply.status_code == 200
    assert isinstance(reply.json()["signs"], list)


def test_the_gallery_is_named_right_by_its_own_network(client: TestClient) -> None:
    clips = client.get("/api/gallery").json()["clips"]
    assert len(clips) == 6
    for clip in clips:
        reply = client.get(f"/api/gallery/{clip['name']}").json()
        assert reply["answers"][0]["gloss"] == clip["gloss"]
    assert "no clip" in refused(client.get("/api/gallery/nothing"))


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ({}, "no landmarks"),
        ({"landmarks": []}, "0 frames, expected 1 to"),
        ({"landmarks": [None]}, "no hand seen"),
        ({"landmarks": [[[0, 0]] * 41]}, "frame 1: 41 landmarks, expected 42"),
        ({"landmarks": [[[0, 0]] * 42, 3]}, "frame 2: int landmarks"),
        ({"landmarks": [[[0, 0, 0]] * 42]}, "frame 1: expected every landmark as"),
        ({"landmarks": [[["a", 0]] * 42]}, "expected numbers"),
        ({"landmarks": [[[1e300, 0]] * 42]}, "expected finite numbers"),
        ({"landmarks": [[[0, 0]] * 42], "unit": "miles"}, "unit 'miles'"),
        ({"landmarks": [[[0, 0]] * 42], "skeleton": "X"}, "unknown skeleton 'X'"),
        ({"landmarks": [[[0, 0]] * 42], "top": 0}, "top is 0, expected 1 to 100"),
        ({"landmarks": [[[0, 0]] * 42], "frame_rate": "fast"}, "frame_rate is 'fast'"),
    ],
)
def test_what_is_no_clip_is_refused_in_words(
    content: dict[str, Any], error: str, client: TestClient
) -> None:
    assert error in refused(client.post("/api/predict", json=content))


def test_a_body_that_is_no_object_is_refused(client: TestClient) -> None:
    assert "not JSON" in refused(client.post("/api/predict", content=b"{"))
    assert "a JSON list, expected an object" in refused(client.post("/api/spot", content=b"[]"))
    assert "expected a gloss and 1 to 10 clips" in refused(
        client.post("/api/signs", json={"gloss": " ", "clips": [described()]})
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["landmarks", "gloss", "clips", "top"]), inner)
    ),
    max_leaves=10,
)


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(path=st.sampled_from(["/api/predict", "/api/spot", "/api/signs"]), content=JSON)
def test_no_json_breaks_the_server(path: str, content: Any, client: TestClient) -> None:
    assert client.post(path, json=content).status_code == 400


def malformed(num: int, folder: Path) -> list[tuple[str, bytes]]:
    """Files of every kind: good ones cut or with bytes exchanged, noise after a true beginning, and what is deeply nested."""
    rng, good = np.random.default_rng(0), {}
    for name, suffix in (("clip.npz", ".npz"), ("array.npy", ".npy")):
        packed.write(CLIP, folder / name) if suffix == ".npz" else np.save(folder / name, CLIP.xy)
        good[suffix] = (folder / name).read_bytes()
    good[".json"] = json.dumps([{"left_hand_landmarks": [{"x": 0.1, "y": 0.5}] * 21}] * 5).encode()
    good[".csv"] = b"labels,wrist_X_right\n1,[0.5]\n" * 3
    good[".zip"] = good[".npz"]
    good |= {suffix: b"\x1a\x45\xdf\xa3" + rng.bytes(400) for suffix in (".webm", ".mkv")}
    good |= {
        ".mp4": b"\x00\x00\x00\x18ftypmp42" + rng.bytes(400),
        ".pose": rng.bytes(300),
        ".parquet": b"PAR1" + rng.bytes(300),
    }
    files = []
    for number in range(num):
        suffix = sorted(good)[number % len(good)]
        content = bytearray(good[suffix][: rng.integers(1, len(good[suffix]))])
        for place in rng.integers(0, len(content), 3):
            content[place] = rng.integers(256)
        files.append(
            (f"../../clip{suffix}", b"[" * 100_000 if number == num - 1 else bytes(content))
        )
    return files


@pytest.mark.parametrize("num", [40, pytest.param(200, marks=pytest.mark.slow)])
def test_malformed_uploads_are_refused_in_words_and_leave_nothing(
    num: int, client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "temporary"  # the machine's own holds the uploads of tests beside this one
    own.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(own))
    with ThreadPoolExecutor(4) as pool:
        told = list(
            pool.map(
                lambda file: client.post("/api/predict-file", files={"file": file}),
                malformed(num, tmp_path),
            )
        )
    assert {reply.status_code for reply in told} <= {
        200,
        400,
    }  # a cut file may still be whole enough to be read
    errors = [reply.json()["error"] for reply in told if reply.status_code == 400]
    assert len(errors) > 0.9 * num
    assert all(errors)
    assert not [error for error in errors if str(tmp_path) in error or "Traceback" in error]
    assert "expected one of" in refused(
        client.post("/api/predict-file", files={"file": ("clip.exe", b"MZ")})
    )
    assert not list(own.iterdir())
    assert client.get("/api/health").json()["status"] == "ok"


def test_a_file_of_too_many_frames_is_refused(client: TestClient, tmp_path: Path) -> None:
    packed.write(made_clip(HANDS_42, num_frames=20_001), tmp_path / "long.npz")
    told = refused(
        client.post(
            "/api/predict-file", files={"file": ("long.npz", (tmp_path / "long.npz").read_bytes())}
        )
    )
    assert "20001 frames, expected at most 20,000" in told


def test_a_network_and_what_it_needs_are_given_to_those_who_run_it_elsewhere(
    client: TestClient,
) -> None:
    facts = client.get("/api/networks/wlasl100-hands").json()
    assert (len(facts["glosses"]), len(facts["landmarks"]), len(facts["hands"]["left"])) == (
        100,
        42,
        21,
    )
    assert (
        facts["network"]
        == hashlib.sha256(client.get("/api/networks/wlasl100-hands/file").content).hexdigest()
    )
    assert client.get("/api/networks/synthetic-20").json()["name"] == "synthetic-20"
    assert "no network 'x' here" in refused(client.get("/api/networks/x"))


def test_what_the_page_takes_from_others_is_what_the_list_says(client: TestClient) -> None:
    listed = json.loads((WEB / "vendor" / "vendor.json").read_text())
    assert {file.name for file in (WEB / "vendor").glob("*.gz")} == {
        f"{name}.gz" for name in listed
    }
    for name, facts in listed.items():
        for encoding in ("gzip", "identity"):
            reply = client.get(f"/vendor/{name}", headers={"accept-encoding": encoding})
            assert reply.headers.get("content-encoding", "identity") == encoding
            assert (len(reply.content), hashlib.sha256(reply.content).hexdigest()) == (
                facts["bytes"],
                facts["sha256"],
            )
    assert client.get("/vendor/../app.js").status_code == 200  # the client itself makes it /app.js
    assert client.get("/vendor/nothing.js").status_code == 404


def test_a_body_too_large_another_origin_and_a_missing_token_are_refused(
    client: TestClient, signs: Path
) -> None:
    assert "expected at most" in refused(
        client.post("/api/predict", content=b" " * (MAX_BODY + 1)), 413
    )

    def endless() -> Any:
        for _ in range(MAX_BODY // 1_000_000 + 2):
            yield b" " * 1_000_000

    assert "a body over" in refused(client.post("/api/predict", content=endless()), 413)
    assert "another origin" in refused(
        client.get("/api/health", headers={"origin": "http://evil.example"}), 403
    )
    assert client.get("/api/health", headers={"origin": "http://127.0.0.1"}).status_code == 200
    guarded = TestClient(
        create_app(find_run("wlasl100-hands"), signs, token="secret"), base_url="http://127.0.0.1"
    )
    assert "token" in refused(guarded.get("/api/health"), 401)
    assert guarded.get("/api/health", headers={"authorization": "Bearer secret"}).status_code == 200
    assert guarded.get("/").status_code == 200


def test_every_answer_forbids_other_sources_and_no_path_leads_out(client: TestClient) -> None:
    for path in ("/", "/app.js", "/api/health"):
        reply = client.get(path)
        assert "default-src 'self'" in reply.headers["content-security-policy"]
        assert "access-control-allow-origin" not in reply.headers
    for path in ("/../app.py", "/..%2fapp.py", "/%2e%2e/app.py", "//etc/passwd"):
        assert client.get(path).status_code in (404, 405)


def test_the_description_names_every_path(client: TestClient) -> None:
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
