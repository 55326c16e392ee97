"""Claims about the types of the npm package."""

from __future__ import annotations

import re
import runpy
import shutil
import subprocess
from pathlib import Path

from must_run import skip_without

from spobet.serving.page import WEB

ROOT = Path(__file__).parents[2]
CONSUMER = ROOT / "tests" / "web" / "consumer.ts"
TSC = shutil.which("tsc")


@skip_without("typescript", TSC is not None, "TypeScript is not installed")
def test_typescript_accepts_what_users_write_and_refuses_what_is_wrong(tmp_path: Path) -> None:
    runpy.run_path(str(ROOT / "web" / "pack.py"))["build"](
        tmp_path / "node_modules" / "spobet", WEB
    )
    shutil.copy(CONSUMER, tmp_path)
    (tmp_path / "package.json").write_text('{"type": "module"}')
    options = ["--noEmit", "--strict", "--target", "es2022", "--module", "nodenext"]
    command = [TSC, *options, "--lib", "es2022,dom", CONSUMER.name]
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout


def test_the_package_exports_what_its_types_declare() -> None:
    package = ROOT / "web" / "package"
    types, module = ((package / name).read_text() for name in ("index.d.ts", "index.js"))
    pattern = r"^export (?:async )?(?:function|class|\{) ?(\w+)"
    declared, exported = (set(re.findall(pattern, text, re.M)) for text in (types, module))
    assert declared == exported == {"load", "Spotter", "SignStream", "foundHands", "foundBody"}
