"""Claims about the drawn references that the page is given, how large it is, and what it keeps."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

import numpy as np
import pytest
from clients import refused

from spobet.dataset.references import References
from spobet.serving.page import WEB
from spobet.shipped import FOLDER

PAGE_BYTES = 200_000


def test_the_page_is_given_the_drawings_as_they_were_made(client: Any) -> None:
    references = References.read(FOLDER / "wlasl100-hands" / "references.npz")
    plain = {"accept-encoding": "identity"}
    given = client.get("/api/networks/wlasl100-hands/references").json()
    assert client.get("/api/networks/wlasl100-hands/references", headers=plain).json() == given
    assert given["glosses"] == list(references.glosses)
    codes = np.frombuffer(b64decode(given["motion"]), np.int8)
    assert np.array_equal(codes, references.motion.ravel())
    assert given["hands"]["left"] == list(range(21, 42))
    assert client.get("/api/networks/wlasl100-hands").json()["references"] is True


def test_a_network_without_drawings_says_so(client: Any) -> None:
    assert client.get("/api/networks/synthetic-20").json()["references"] is False
    error = refused(client.get("/api/networks/synthetic-20/references"))
    assert error == "synthetic-20 has no drawn references (spobet references)"


def test_what_never_changes_is_not_sent_twice(client: Any) -> None:
    first = client.get("/vendor/vision_bundle.mjs")
    again = {"if-none-match": first.headers["etag"]}
    assert first.status_code == 200
    assert client.get("/vendor/vision_bundle.mjs", headers=again).status_code == 304
    other = {"if-none-match": '"another"'}
    assert client.get("/vendor/vision_bundle.mjs", headers=other).status_code == 200


@pytest.mark.parametrize(
    ("name", "drawn", "most_bytes"),
    [
        ("wlasl100-hands", 1, 300_000),
        ("wlasl100-hands-open", 1, 300_000),
        ("wlasl2000-hands", 0.74, 2_000_000),
    ],
)
def test_the_signs_of_a_shipped_network_are_drawn_from_several_recordings(
    name: str, drawn: float, most_bytes: int
) -> None:
    file = FOLDER / name / "references.npz"
    references = References.read(file)
    glosses = (FOLDER / name / "vocabulary.txt").read_text(encoding="utf-8").splitlines()
    assert set(references.glosses) <= set(glosses)
    assert len(references.glosses) >= drawn * len(glosses)
    assert references.clips.min() >= 3
    assert "C-UDA" in references.licence
    assert file.stat().st_size < most_bytes


def test_all_that_is_vendored_is_kept_for_offline_use() -> None:
    kept = (WEB / "offline.js").read_text()
    vendored = [file.name.removesuffix(".gz") for file in (WEB / "vendor").glob("*.gz")]
    assert len(vendored) >= 7
    assert [name for name in vendored if f'"{name}"' not in kept] == []


def test_the_page_is_small(client: Any) -> None:
    files = [file.name for file in WEB.iterdir() if file.suffix in (".html", ".css", ".js")]
    assert len(files) > 20
    names = [clip["name"] for clip in client.get("/api/gallery").json()["clips"]]
    networks = ["wlasl100-hands", "synthetic-20"]
    asked = [
        *(f"/{name}" for name in files),
        *(f"/api/{name}" for name in ("health", "card", "signs")),
        *(f"/api/networks/{name}" for name in networks),
        *(f"/api/gallery/{name}" for name in names),
    ]
    sent = sum(int(client.get(address).headers["content-length"]) for address in asked)
    assert sent < PAGE_BYTES


def test_networks_are_sent_as_they_are(client: Any) -> None:
    reply = client.get("/api/networks/synthetic-20/file")
    file = FOLDER / "synthetic-20" / "classifier.onnx"
    assert reply.content == file.read_bytes()
    assert int(reply.headers["content-length"]) == file.stat().st_size
