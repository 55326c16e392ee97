"""Claims about bringing the table of how signs are made."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from spobet.cli import main
from spobet.dataset.phonology import FEATURES
from spobet.errors import AlreadyThere, UserError
from spobet.ingest import lexicon

COLUMNS = ["EntryID", "DominantTranslation", *FEATURES.values()]


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that every download brings."""
    source = tmp_path / "served.csv"
    source.write_text(",".join(COLUMNS) + "\n" + ",".join(["bank"] * len(COLUMNS)) + "\n")

    def bring(address: str, path: Path, **_: object) -> str:
        shutil.copyfile(source, path)
        return "0" * 64

    monkeypatch.setattr(lexicon, "fetch", bring)
    return source


def test_the_signs_are_counted_and_nothing_is_overwritten(served: Path, tmp_path: Path) -> None:
    assert lexicon.fetch_lexicon(tmp_path / "lexicon.csv") == (1, "0" * 64)
    with pytest.raises(AlreadyThere, match="is there already"):
        lexicon.fetch_lexicon(tmp_path / "lexicon.csv")


def test_another_table_is_refused_and_not_kept(served: Path, tmp_path: Path) -> None:
    served.write_text("gloss,signer\nbank,1\n")
    with pytest.raises(UserError, match="no column 'EntryID'"):
        lexicon.fetch_lexicon(tmp_path / "lexicon.csv")
    assert not (tmp_path / "lexicon.csv").exists()


def test_the_command_brings_nothing_before_the_terms_are_accepted(
    served: Path, tmp_path: Path
) -> None:
    target, runner = tmp_path / "lexicon.csv", CliRunner()
    refused = runner.invoke(main, ["lexicon", str(target)], input="n\n")
    assert refused.exit_code == 2 and not target.exists()
    assert "CC BY-NC 4.0" in refused.output
    accepted = runner.invoke(main, ["lexicon", str(target), "--accept-licence"])
    assert accepted.exit_code == 0 and "1 signs" in accepted.output
