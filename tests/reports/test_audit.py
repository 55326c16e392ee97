"""Claims about the text and the page of an audit."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from spobet.cli import main
from spobet.dataset.manifest import Clip
from spobet.dataset.store import Dataset, DatasetWriter
from spobet.reports import audit as audit_module
from spobet.reports.audit import audit_data_set


@pytest.fixture
def suspicious(tiny_data: Path, tmp_path: Path) -> Path:
    """One recording in two splits under two glosses, and three clips beside it."""
    tiny = Dataset.open(tiny_data)
    with DatasetWriter(tmp_path / "set", tiny.skeleton, tiny.info.unit, "made", "") as writer:
        for number, (_, pose) in zip(range(4), tiny.poses(), strict=False):
            writer.add(Clip(str(number), f"gloss {number}", "ann <b>", "train"), pose)
        writer.add(Clip("copy", "say <i>", split="test"), tiny.pose(tiny.manifest.clips[0].id))
    return tmp_path / "set"


def test_every_finding_is_a_line_under_its_count(suspicious: Path) -> None:
    lines = audit_data_set(suspicious).splitlines()
    assert lines[0].startswith(
        f"{suspicious}: 5 clips compared, each with every other. One recording: "
    )
    duplicates = "  identical: 0 (train, gloss 0), copy (test, say <i>)"
    assert lines[1:] == [
        "one recording in several splits: 1",
        duplicates,
        "one url in several splits, with frames in common: 0",
        "one recording under several glosses: 1",
        duplicates,
        "one recording twice in one split under one gloss: 0",
        "outliers: 0",
    ]


def test_the_page_draws_every_clip_of_a_finding(suspicious: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(
        main, ["audit", str(suspicious), "--html", str(tmp_path / "audit.html")]
    )
    assert result.exit_code == 0 and result.stdout.strip() == audit_data_set(suspicious)
    page = (tmp_path / "audit.html").read_text(encoding="utf-8")
    root = ElementTree.fromstring(page)
    assert len(list(root.iter("article"))) == 2
    assert len(list(root.iter("{http://www.w3.org/2000/svg}svg"))) == 4
    text = "".join(root.itertext())
    assert "1 finding in 5 clips" in text and "say <i>" in text and "signer ann <b>" in text
    assert "<script" not in page and "src=" not in page


def test_of_many_findings_the_first_are_drawn_and_the_others_counted(
    suspicious: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_module, "MAX_DRAWN", 0)
    audit_data_set(suspicious, tmp_path / "audit.html")
    page = (tmp_path / "audit.html").read_text(encoding="utf-8")
    assert "Drawn: the first 0 of 1." in page and "<svg" not in page
