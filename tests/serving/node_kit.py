"""The page's modules that need no browser, run in Node."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from must_run import skip_without

from spobet.serving.page import WEB

NODE = shutil.which("node")
NODE_TESTS = skip_without("node", NODE is not None, "Node is not installed")
JS_TESTS = Path(__file__).parents[1] / "web"


def run_js(source: str, values: Any = None) -> Any:
    """What the body of a JavaScript function gives for `values`, by way of JSON.

    source: may use `values` and `load(name)`, which imports one of the page's modules.
    """
    program = (
        f"const load = (name) => import(`{WEB.as_uri()}/${{name}}`);"
        "let text = '';"
        "for await (const part of process.stdin) text += part;"
        f"const answer = await (async (values) => {{{source}}})(JSON.parse(text));"
        "process.stdout.write(JSON.stringify(answer));"
    )
    command = [str(NODE), "--input-type=module", "--eval", program]
    done = subprocess.run(
        command, input=json.dumps(values), capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
