"""Declared schemas: dataclasses whose fields say what they may hold, filled from TOML or JSON.

A field's annotation is its schema: `rate: Annotated[float, Limits(above=0)]`. Read here rather
than by msgspec, which passes unknown keys of dataclasses, does not name the value that it
refuses, and leaves what is built in Python unchecked.
"""

from __future__ import annotations

import dataclasses
import functools
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias, TypeVar

from spobet.errors import UserError

Kind = TypeVar("Kind")

_WORDS = {int: "a whole number", float: "a number", bool: "true or false", str: "a text"}


@dataclass(frozen=True)
class Limits:
    """Numbers that a field may hold: from `at_least` or `above` to `at_most` or `below`."""

    at_least: float | None = None
    at_most: float | None = None
    above: float | None = None
    below: float | None = None

    def __contains__(self, value: float) -> bool:
        return (  # what is no number compares False
            (self.at_least is None or value >= self.at_least)
            and (self.at_most is None or value <= self.at_most)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
            and value == value
        )

    def __str__(self) -> str:
        ends = {name.replace("_", " "): end for name, end in vars(self).items() if end is not None}
        return " and ".join(f"{name} {end:g}" for name, end in ends.items())


@dataclass(frozen=True)
class OneOf:
    """Texts that a field may hold."""

    names: tuple[str, ...]

    def __contains__(self, value: str) -> bool:
        return value in self.names

    def __str__(self) -> str:
        return f"one of: {', '.join(self.names)}"


Count: TypeAlias = Annotated[int, Limits(at_least=1)]
Weight: TypeAlias = Annotated[float, Limits(at_least=0)]
Share: TypeAlias = Annotated[float, Limits(at_least=0, at_most=1)]
ShareBelowOne: TypeAlias = Annotated[float, Limits(at_least=0, below=1)]


def check(section: object, where: str = "") -> None:
    """Refuse a dataclass whose values are outside what its annotations declare.

    where: the name of the section, for the message of the UserError.
    """
    kind: Any = type(section)
    for name, hint in _hints(kind).items():
        _check(hint, getattr(section, name), _joined(where, name))


def refuse(section: object, name: str, expected: str) -> None:
    """UserError for the value of a section: its full name, what it is, what was expected."""
    value = getattr(section, name.rpartition(".")[2])
    raise UserError(f"{name} is {value!r}, expected {expected}")


def build(
    kind: type[Kind], values: Any, where: str = "", former: Mapping[str, str] | None = None
) -> Kind:
    """A dataclass from parsed TOML or JSON; UserError names the key, the value and what may be.

    where: the name of the section in messages. former: old full name of a key -> its name now.
    """
    if not isinstance(values, dict):
        raise UserError(f"{where or 'the whole'} is {values!r}, expected keys and values")
    former = former or {}
    values = {former.get(_joined(where, name), name): value for name, value in values.items()}
    section: Any = kind
    entries, hints = dataclasses.fields(section), _hints(section)
    known = [entry.name for entry in entries]
    for name in sorted(set(values) - set(known)):
        unknown = _joined(where, name)
        raise UserError(f"unknown key {unknown!r}, expected one of: {', '.join(known)}")
    for entry in entries:
        optional = (entry.default, entry.default_factory) != (dataclasses.MISSING,) * 2
        if entry.name not in values and not optional:
            raise UserError(f"{_joined(where, entry.name)} is missing")
    return kind(
        **{
            name: _value(hints[name], value, _joined(where, name), former)
            for name, value in values.items()
        }
    )


@functools.cache
def _hints(kind: type) -> dict[str, Any]:
    names = {entry.name for entry in dataclasses.fields(kind)}
    hints = typing.get_type_hints(kind, include_extras=True)
    return {name: hint for name, hint in hints.items() if name in names}


def _joined(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _check(hint: Any, value: Any, name: str) -> None:
    """Refuse a value, or an item of it, that is outside what its annotation declares."""
    for declared in getattr(hint, "__metadata__", ()):
        if value not in declared:
            raise UserError(f"{name} is {value!r}, expected {declared}")
    plain = getattr(hint, "__origin__", hint)
    if plain is tuple:
        for item in value:
            _check(typing.get_args(hint)[0], item, name)


def _value(hint: Any, value: Any, name: str, former: Mapping[str, str]) -> Any:
    if typing.get_origin(hint) is typing.Annotated:
        hint = hint.__origin__
    items = typing.get_args(hint)
    if dataclasses.is_dataclass(hint):
        return build(hint, value, name, former)  # type: ignore[arg-type]
    if typing.get_origin(hint) is tuple and isinstance(value, list):
        if items[1:] != (...,):
            if len(value) != len(items):
                raise UserError(f"{name} is {value!r}, expected a list of {len(items)}")
        else:
            items = items[:1] * len(value)
        return tuple(_value(*pair, name, former) for pair in zip(items, value, strict=True))
    if typing.get_origin(hint) is dict and isinstance(value, dict):
        return {key: _value(items[1], item, f"{name}.{key}", former) for key, item in value.items()}
    if hint is float and type(value) is int:
        return float(value)
    if type(value) is not hint:
        expected = _WORDS.get(hint, "a list" if typing.get_origin(hint) is tuple else "a table")
        raise UserError(f"{name} is {value!r}, expected {expected}")
    return value
