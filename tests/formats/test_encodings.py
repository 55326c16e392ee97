"""Claims about the encoding of a text, found from its bytes in chunks."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spobet.formats.traits import decode, encoding_of


@given(text=st.text(min_size=1), cuts=st.lists(st.integers(0, 40), max_size=4))
def test_utf_8_is_known_wherever_chunks_are_cut(text: str, cuts: list[int]) -> None:
    content = b"{}" + text.encode()
    ends = sorted({0, len(content), *(min(cut, len(content)) for cut in cuts)})
    chunks = [content[start:end] for start, end in pairwise(ends)]
    assert encoding_of(chunks) == "utf-8-sig"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        ("café".encode("cp1252"), "cp1252"),
        (b"caf\xc3", "cp1252"),  # a character cut in half
        ("café".encode("utf-16"), "utf-16"),
        ("frame,x".encode("utf-16-le"), "utf-16-le"),
        ("frame,x".encode("utf-16-be"), "utf-16-be"),
        (b"", "utf-8-sig"),
    ],
)
def test_other_encodings_are_known_by_their_bytes(content: bytes, encoding: str) -> None:
    assert encoding_of([content]) == encoding


def test_text_is_decoded_without_its_mark() -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252"):
        assert decode("café".encode(encoding)) == "café"
