"""Claims about text that is read in bounded memory."""

from __future__ import annotations

import pytest

from spobet.errors import UserError
from spobet.formats.text import check_xml_size


def test_xml_of_millions_of_tags_is_refused() -> None:
    check_xml_size(b"<a/>" * 1000)
    with pytest.raises(UserError, match="2,000,000 tags of XML, expected at most"):
        check_xml_size(b"<" * 2_000_000)
