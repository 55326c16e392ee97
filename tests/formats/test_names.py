"""Claims about names as lists spell them."""

from __future__ import annotations

import unicodedata

import pytest

from spobet.formats.names import Names

THERE = (
    "05237.npz",
    "A.npz",
    "a.npz",
    unicodedata.normalize("NFD", "Café"),
    "007",
    "07",
    "x01.npz",
)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("05237.npz", "05237.npz"),
        ("5237.npz", "05237.npz"),
        ("5237.NPZ", "05237.npz"),
        ("5238.npz", None),
        ("a.npz", "a.npz"),
        ("a.NPZ", None),  # both would do
        ("CAFÉ", unicodedata.normalize("NFD", "Café")),
        ("07", "07"),
        ("7", None),  # both would do
        ("x1.npz", None),  # only whole numbers lose zeros
    ],
)
def test_a_name_means_the_only_one_that_is_spelt_alike(name: str, found: str | None) -> None:
    assert Names(THERE).find(name) == found
