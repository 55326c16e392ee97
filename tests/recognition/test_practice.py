"""Claims about takes of signs beside their references."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from spobet.cli import main
from spobet.dataset.references import References
from spobet.errors import UnknownName, UserError
from spobet.formats import packed
from spobet.recognition.practice import Practice, Standard, practise, sentence_of
from spobet.recognition.recognizer import load
from spobet.runs import RunFolder
from spobet.shipped import find_run

NETWORK = "wlasl2000-hands"
pytestmark = pytest.mark.filterwarnings("ignore:clip in pixels")


@pytest.fixture(scope="module")
def run() -> RunFolder:
    return RunFolder(find_run(NETWORK))


@pytest.fixture(scope="module")
def drinks(run: RunFolder) -> dict[str, Practice]:
    """The drawing of "drink" as a take of two signs."""
    recognizer, take = load(NETWORK), References.read(run.references).pose("drink")
    standard = Standard.read(run)
    return {gloss: practise(standard, recognizer, gloss, take) for gloss in ("drink", "go")}


def test_a_drawing_is_like_itself_in_every_aspect(drinks: dict[str, Practice]) -> None:
    practice = drinks["drink"]
    assert all(aspect.alike and aspect.difference < 0.2 for aspect in practice.aspects)
    assert all(aspect.take == aspect.reference for aspect in practice.aspects)
    assert practice.sentence.startswith("same handshape, orientation, movement")


def test_another_sign_is_told_in_what_it_differs(drinks: dict[str, Practice]) -> None:
    practice = drinks["go"]  # two index fingers
    found = {aspect.name: aspect for aspect in practice.aspects}
    assert not found["handshape"].alike and not found["hands"].alike
    assert found["hands"].take == "OneHanded"
    assert practice.difference > 1 > drinks["drink"].difference


def test_the_sentence_says_what_is_the_same_and_what_is_not() -> None:
    aspects = [("handshape", False), ("movement", True), ("hands", True)]
    assert sentence_of(aspects) == "same movement and number of hands, other handshape"
    assert sentence_of([("place", False)]) == "other place"


def test_a_network_without_phonology_is_answered_by_landmarks() -> None:
    run = RunFolder(find_run("wlasl100-hands"))
    take = References.read(run.references).pose("drink")
    practice = practise(Standard.read(run), load("wlasl100-hands"), "drink", take)
    assert {aspect.take for aspect in practice.aspects} == {""}
    assert all(aspect.alike for aspect in practice.aspects)


def test_what_has_no_reference_is_refused(run: RunFolder, tmp_path: Path) -> None:
    recognizer, take = load(NETWORK), References.read(run.references).pose("drink")
    with pytest.raises(UnknownName, match="no drawn reference of 'quux'"):
        practise(Standard.read(run), recognizer, "quux", take)
    with pytest.raises(UserError, match="no drawn references"):
        Standard.read(RunFolder(tmp_path))


def test_the_command_prints_draws_and_gives_json(run: RunFolder, tmp_path: Path) -> None:
    packed.write(References.read(run.references).pose("drink"), tmp_path / "take.npz")
    page, words = tmp_path / "page.html", [NETWORK, "book", str(tmp_path / "take.npz")]
    told = CliRunner().invoke(main, ["practice", *words, "--html", str(page)])
    assert told.exit_code == 0, told.output
    assert "book: " in told.stdout and "no grade" in told.stdout
    assert "<svg" in page.read_text() and "OneHanded" in page.read_text()
    given = json.loads(CliRunner().invoke(main, ["practice", *words, "--json"]).stdout)
    assert given["gloss"] == "book" and given["sentence"] in told.stdout
    assert {aspect["name"] for aspect in given["aspects"]} >= {"handshape", "movement", "place"}
