"""Pages of the site that are made from the package itself when the site is built."""

from __future__ import annotations

import dataclasses
import inspect
import re
import typing
from pathlib import Path
from types import MappingProxyType
from typing import Any

from spobet.config import Experiment
from spobet.poses.skeleton import SKELETONS

ROOT = Path(__file__).parents[1]


def landmarks() -> str:
    """Every landmark of every skeleton, in the order of its arrays."""
    parts = [
        "# Landmarks in their order\n",
        "An array for a network holds these landmarks, in this order, along its second axis. Sides "
        "are the signer's. `recognizer.skeleton.landmarks` gives the same names.\n",
        "An array in another order cannot be told from one in this order by its numbers. What can "
        "be told is refused: another count of landmarks, names that are missing (in formats that "
        "name them), and pixels where shares of the picture are expected.\n",
    ]
    for skeleton in SKELETONS.values():
        parts.append(f"## {skeleton.name}\n\n{len(skeleton)} landmarks.\n")
        parts.append("| index | landmark |\n|---|---|")
        parts += [f"| {index} | `{name}` |" for index, name in enumerate(skeleton.landmarks)]
        parts.append("")
    return "\n".join(parts)


def experiment_file() -> str:
    """Every key of the experiment file, with its kind, limits and default."""
    parts = [
        "# The experiment file\n",
        "`spobet pretrain` and `spobet train` read a TOML file. Every key may be left out; an "
        "unknown one is an error that names it. A run folder keeps the file with every value "
        "(`config.toml`).\n",
    ]
    return "\n".join(parts + _section(Experiment(), ""))


def _section(section: Any, name: str) -> list[str]:
    """The heading, docstring and table of a section, then those of the sections in it."""
    kinds = typing.get_type_hints(type(section), include_extras=True)
    title = f"[{name}]" if name else "At the top"
    bases = [kind for kind in type(section).__mro__ if dataclasses.is_dataclass(kind)]
    text = "\n\n".join(inspect.getdoc(kind) or "" for kind in bases)
    lines = [f"## `{title}`\n" if name else f"## {title}\n", text, ""]
    lines += ["| key | kind | default |", "|---|---|---|"]
    nested: list[str] = []
    for entry in dataclasses.fields(section):
        value = getattr(section, entry.name)
        if dataclasses.is_dataclass(value):
            nested += _section(value, f"{name}.{entry.name}".lstrip("."))
        else:
            shown = list(value) if isinstance(value, tuple) else value
            shown = str(shown).lower() if isinstance(shown, bool) else repr(shown)
            kind = _kind(kinds[entry.name])
            lines.append(f"| `{entry.name}` | {kind} | `{shown.replace(chr(39), chr(34))}` |")
    return [*lines, "", *nested]


def _kind(annotation: Any) -> str:
    words = MappingProxyType(
        {int: "whole number", float: "number", bool: "true or false", str: "text"}
    )
    if typing.get_origin(annotation) is tuple:
        return f"list of {_kind(typing.get_args(annotation)[0])}"
    kind, *limits = typing.get_args(annotation) or (annotation,)
    return ", ".join([words.get(kind, str(kind)), *map(str, limits)])


def from_root(name: str) -> str:
    """A file of the repository's root as a page: its links lead to pages, or nowhere."""
    text = (ROOT / name).read_text(encoding="utf-8").replace("](docs/", "](")
    return re.sub(r"\[([^\]]+)\]\((?!https?:|#|[\w/-]+\.md)[^)]*\)", r"\1", text)


PAGES = {
    "landmarks.md": landmarks,
    "experiment-file.md": experiment_file,
    "experiments.md": lambda: from_root("EXPERIMENTS.md"),
    "changelog.md": lambda: from_root("CHANGELOG.md"),
}


def on_files(files: Any, config: Any) -> Any:
    """Add the pages to those of the folder; called by MkDocs."""
    from mkdocs.structure.files import File

    for name, page in PAGES.items():
        files.append(File.generated(config, name, content=page()))
    return files
