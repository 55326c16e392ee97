"""Claims about the request that compares a take with a reference."""

from __future__ import annotations

from typing import Any

import pytest
from clients import described, refused

from spobet.dataset.references import References
from spobet.serving.schemas import Comparison
from spobet.shipped import find_run


@pytest.fixture(scope="module")
def take() -> dict[str, Any]:
    path = find_run("wlasl100-hands") / "references.npz"
    return described(References.read(path).pose("drink"), unit="image")


def test_a_take_is_compared_with_the_sign_that_is_named(client: Any, take: dict[str, Any]) -> None:
    for gloss, alike in (("drink", True), ("book", False)):
        reply = client.post("/api/practice", json={"gloss": gloss, "clip": take})
        compared = Comparison.model_validate(reply.json(), strict=False)
        assert all(aspect.alike for aspect in compared.aspects) == alike
        assert compared.gloss == gloss


def test_references_are_read_for_the_first_take_alone(
    client: Any, take: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"gloss": "drink", "clip": take}
    first = client.post("/api/practice", json=body).json()
    monkeypatch.setattr(References, "read", None)
    assert client.post("/api/practice", json=body).json() == first


def test_a_sign_without_a_reference_is_refused(client: Any, take: dict[str, Any]) -> None:
    said = refused(client.post("/api/practice", json={"gloss": "quux", "clip": take}))
    assert "no drawn reference of 'quux'" in said
    assert "gloss" in refused(client.post("/api/practice", json={"clip": take}))
