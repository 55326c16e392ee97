"""Build the npm package of the page's modules: python web/pack.py OUT

Writes the folder OUT, for `npm pack OUT` or `npm publish OUT`. The modules are the page's own, as
they lie in spobet/serving/web; web/package adds what is the package's alone.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parent / "spobet" / "serving" / "web"


def build(out: Path, page: Path = PAGE) -> None:
    """Write the package with modules of the page's folder; FileExistsError where OUT is there."""
    out.mkdir(parents=True)
    for file in (HERE / "package").iterdir():
        shutil.copy(file, out)
    shutil.copy(HERE.parent / "LICENSE", out)
    facts = json.loads((out / "package.json").read_text(encoding="utf-8"))
    facts["version"] = _version()
    (out / "package.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    _copy_imported(out / "index.js", page, out)


def _copy_imported(module: Path, page: Path, out: Path) -> None:
    """Copy the page's modules that a module imports, and those that they import."""
    for name in re.findall(r'from "\./([\w-]+\.js)"', module.read_text(encoding="utf-8")):
        if not (out / name).is_file():
            shutil.copy(page / name, out)
            _copy_imported(out / name, page, out)


def _version() -> str:
    text = (HERE.parent / "pyproject.toml").read_text(encoding="utf-8")
    found = re.search(r'^version = "(.+)"$', text, re.MULTILINE)
    assert found, "pyproject.toml gives no version"
    return found[1]


if __name__ == "__main__":
    build(Path(sys.argv[1]))
