"""Claims about declared schemas."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Annotated, Any

import pytest

from spobet.errors import UserError
from spobet.schema import Limits, OneOf, build, check


@dataclass(frozen=True)
class Inner:
    """A section."""

    share: Annotated[float, Limits(at_least=0, below=1)] = 0.5

    def __post_init__(self) -> None:
        check(self, "inner")


@dataclass(frozen=True)
class Outer:
    """One field of each kind."""

    name: str
    kinds: tuple[Annotated[str, OneOf(("a", "b"))], ...] = ()
    pairs: tuple[tuple[str, int], ...] = ()
    sizes: dict[str, int] = field(default_factory=dict)
    inner: Inner = field(default_factory=Inner)

    def __post_init__(self) -> None:
        check(self)


def test_lists_become_tuples_whole_numbers_floats_and_tables_sections() -> None:
    values = {
        "name": "x",
        "kinds": ["b", "a"],
        "pairs": [["one", 1]],
        "sizes": {"s": 3},
        "inner": {"share": 0},
    }
    built = build(Outer, values)
    assert built == Outer("x", ("b", "a"), (("one", 1),), {"s": 3}, Inner(0.0))
    assert type(built.inner.share) is float


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([], "the whole is [], expected keys and values"),
        ({}, "name is missing"),
        ({"name": "x", "nam": 1}, "unknown key 'nam', expected one of: name, kinds, pairs, sizes"),
        ({"name": 3}, "name is 3, expected a text"),
        ({"name": "x", "kinds": ["a", "c"]}, "kinds is 'c', expected one of: a, b"),
        ({"name": "x", "kinds": "a"}, "kinds is 'a', expected a list"),
        ({"name": "x", "pairs": [["one"]]}, "pairs is ['one'], expected a list of 2"),
        ({"name": "x", "sizes": {"s": 1.5}}, "sizes.s is 1.5, expected a whole number"),
        ({"name": "x", "sizes": 1}, "sizes is 1, expected a table"),
        ({"name": "x", "inner": {"part": 1}}, "unknown key 'inner.part', expected one of: share"),
        ({"name": "x", "inner": {"share": True}}, "inner.share is True, expected a number"),
        ({"name": "x", "inner": {"share": 1}}, "inner.share is 1.0, expected at least 0 and below"),
        ({"name": "x", "inner": {"share": float("nan")}}, "inner.share is nan, expected at least"),
    ],
)
def test_what_does_not_fit_is_named_with_its_value_and_what_was_expected(
    values: Any, message: str
) -> None:
    with pytest.raises(UserError, match=re.escape(message)):
        build(Outer, values)


def test_what_is_built_in_python_is_checked_too() -> None:
    with pytest.raises(UserError, match=re.escape("kinds is 'c', expected one of: a, b")):
        Outer("x", ("c",))


def test_a_key_under_its_former_name_is_understood() -> None:
    former = {"inner.part": "share", "title": "name"}
    values = {"title": "x", "inner": {"part": 0.25}}
    assert build(Outer, values, former=former) == Outer("x", inner=Inner(0.25))


@pytest.mark.parametrize(
    ("limits", "inside", "outside", "words"),
    [
        (Limits(at_least=1), (1, 5), (0, 0.99), "at least 1"),
        (Limits(above=0), (1e-9,), (0, -1), "above 0"),
        (Limits(at_least=0, at_most=1), (0, 1), (-0.1, 1.1), "at least 0 and at most 1"),
        (Limits(above=0, below=1), (0.5,), (0, 1), "above 0 and below 1"),
    ],
)
def test_limits_hold_their_ends_or_not(
    limits: Limits, inside: tuple[float, ...], outside: tuple[float, ...], words: str
) -> None:
    assert all(value in limits for value in inside)
    assert not any(value in limits for value in (*outside, float("nan")))
    assert str(limits) == words
