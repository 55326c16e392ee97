"""Claims about the one module that runs networks."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import spobet


def test_onnx_runtime_is_imported_in_one_module_alone() -> None:
    package = Path(spobet.__file__).parent
    importing = [
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if re.search(r"^\s*(import|from) onnxruntime", path.read_text(encoding="utf-8"), re.M)
    ]
    assert importing == ["recognition/network.py"]


def test_telemetry_is_off_before_onnx_runtime_is_imported_and_by_its_own_switch() -> None:
    code = (
        "import builtins, os, sys\n"
        "seen = {}\n"
        "class Watch:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name == 'onnxruntime':\n"
        "            seen['environment'] = os.environ.get('ORT_DISABLE_TELEMETRY')\n"
        "sys.meta_path.insert(0, Watch())\n"
        "import onnxruntime.capi._pybind_state as state\n"
        "del sys.modules['onnxruntime']; seen.clear()\n"
        "import onnxruntime\n"
        "seen.clear(); del sys.modules['onnxruntime']\n"
        "state.disable_telemetry_events = lambda: seen.update(switch=True)\n"
        "import spobet.recognition.network\n"
        "print(seen)\n"
    )
    environment = {k: v for k, v in os.environ.items() if k != "ORT_DISABLE_TELEMETRY"}
    shown = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    ).stdout
    assert shown.strip() == "{'environment': '1', 'switch': True}"
