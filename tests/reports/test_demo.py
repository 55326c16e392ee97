import re
from dataclasses import replace
from html.parser import HTMLParser
from xml.etree import ElementTree

import numpy as np
import pytest

from spobet.evaluation.intervals import wilson_interval
from spobet.evaluation.metrics.top_k import Accuracy
from spobet.evaluation.scoring import Metrics
from spobet.poses.sequence import PoseSequence
from spobet.poses.skeleton import HANDS_42, OPENPOSE_54, Skeleton
from spobet.reports.demo import Chart, MinimalPair, Page, demo_page
from spobet.reports.page import Example

EVIL = "<script src='http://x'>&\"</script>"


def accuracy(hits: int, per_class: float) -> Accuracy:
    return Accuracy(hits / 258, per_class, wilson_interval(hits, 258), hits, 258)


def example(
    clip_id: str, gloss: str, skeleton: Skeleton = OPENPOSE_54, weights: np.ndarray | None = None
) -> Example:
    xy = np.random.default_rng(0).normal(size=(12, len(skeleton), 2))
    pose = PoseSequence(xy, np.ones(xy.shape[:2]), skeleton)
    return Example(
        clip_id, pose, gloss, (("drink", 0.75), ("water", 0.2), ("eat", 0.0001)), weights
    )


METRICS = Metrics(
    258,
    100,
    99,
    {1: accuracy(165, 0.621), 5: accuracy(227, 0.87), 10: accuracy(237, 0.9)},
    split="test",
    seed=7,
    commit="c368eb5",
    data="9f3a77",
)
PAGE = Page(
    title="spobet demo",
    metrics=METRICS,
    charts=(
        Chart("Pretraining", "error", {"training": [1, 0.5]}),
        Chart("Training", "loss", {"training": [2, 1], "folds": [3, 2]}),
    ),
    examples=(
        example("04593", "drink"),
        example("61008", "water", HANDS_42, np.ones(12)),
        example("7", "moon"),
    ),
    minutes=6.44,
    commands=("spobet demo --out demo", "spobet evaluate runs/demo > report"),
    versions={"numpy": "2.3.1", "keras": "3.15.0"},
    minimal_pairs=(MinimalPair("before", "yesterday", "movement", 11, 7, 20),),
    caveats=("The signs are made, not filmed.",),
    machine="4 CPU cores",
)


class Reader(HTMLParser):
    """Collects the text and every attribute of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.words.append(data.replace("\u00a0", " "))

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def test_the_page_is_well_formed() -> None:
    root = ElementTree.fromstring(demo_page(PAGE))
    assert [child.tag for child in root] == ["head", "body"]


def test_the_page_needs_no_network_and_no_script() -> None:
    page = demo_page(PAGE)
    reader = Reader(page)
    assert not {"script", "link", "img", "iframe", "object"} & set(reader.tags)
    assert not {"src", "href", "xlink:href"} & {name for name, _ in reader.attributes}
    assert not re.search(r"url\(|@import", page)


def test_the_headline_gives_accuracy_count_interval_and_guessing() -> None:
    text = Reader(demo_page(PAGE)).text
    assert "Top-1 accuracy 64.0 % on signs by signers never seen in training" in text
    assert (
        "165 of 258 test clips · 95 % interval 57.9–69.6 % · guessing among 100 glosses: 1.0 %"
        in text
    )


def test_the_headline_claims_only_the_signers_it_is_given() -> None:
    others = replace(PAGE, signers="signers who mostly also sign in training")
    assert "never seen" not in demo_page(others)


def test_the_page_holds_every_section() -> None:
    text = Reader(demo_page(PAGE)).text
    for words in (
        *("top-1", "165/258", "57.9–69.6", "62.1 %", "top-10", "each of the 99 glosses"),
        *("The signs are made, not filmed.", "Pretraining", "before · yesterday", "11/20"),
        *("55.0 %", "movement", "c368eb5", "9f3a77", "6.4 minutes on 4 CPU cores"),
        *("numpy 2.3.1, keras 3.15.0", "spobet evaluate runs/demo > report"),
    ):
        assert words in text


def test_sections_without_content_are_left_out() -> None:
    text = Reader(
        demo_page(replace(PAGE, charts=(), examples=(), minimal_pairs=(), caveats=()))
    ).text
    for title in ("Learning curves", "Single clips", "Signs that differ"):
        assert title not in text


def test_the_true_gloss_is_marked_in_words() -> None:
    text = Reader(demo_page(PAGE)).text
    assert text.count("true gloss not among the 3 best") == 1
    for words in (
        "clip 04593 · right",
        "clip 61008 · true gloss at rank 2",
        "clip 7 · true gloss not among the 3 best",
    ):
        assert words in text
    marked = re.findall(r"<span>(\w+) <em>true gloss</em>", demo_page(PAGE))
    assert marked == ["drink", "water"]


def test_a_small_probability_is_not_shown_as_none() -> None:
    assert "<0.1 %" in Reader(demo_page(PAGE)).text


def test_attention_is_explained_where_it_is_drawn() -> None:
    assert "share of the attention" in demo_page(PAGE)
    assert "share of the attention" not in demo_page(replace(PAGE, examples=PAGE.examples[:1]))


def test_every_text_is_escaped() -> None:
    evil = replace(example(EVIL, EVIL), answers=((EVIL, 0.5),))
    pair = MinimalPair(EVIL, EVIL, EVIL, 1, 1, 2)
    metrics = replace(METRICS, split=EVIL, commit=EVIL, data=EVIL)
    charts = (Chart(EVIL, EVIL, {EVIL: [1.0]}, EVIL),)
    words = ((EVIL,), {EVIL: EVIL}, (pair,), (EVIL,), EVIL, EVIL)
    page = Page(EVIL, metrics, charts, (evil,), 1.0, *words)
    html = demo_page(page)
    ElementTree.fromstring(html)
    assert "<script" not in html and "script" not in Reader(html).tags


def test_what_is_unknown_is_called_so() -> None:
    text = Reader(
        demo_page(
            replace(PAGE, metrics=replace(METRICS, seed=None, commit="", data=""), versions={})
        )
    ).text
    assert text.count("unknown") == 4


def test_examples_and_pairs_check_themselves() -> None:
    for probabilities in ((0.2, 0.3), (1.2, 0.1), (float("nan"),), ()):
        with pytest.raises(ValueError, match="clip a: probabilities"):
            replace(
                example("a", "b"),
                answers=tuple(("c", probability) for probability in probabilities),
            )
    with pytest.raises(
        ValueError, match="before and yesterday: 15 right and 7 confused of 20 clips"
    ):
        MinimalPair("before", "yesterday", "movement", 15, 7, 20)
