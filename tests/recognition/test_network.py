"""Claims about the one module that runs networks."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import spobet

NAME_SERVER = """
import socket, sys
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 53))
while True:
    question, asker = server.recvfrom(2048)
    with open(sys.argv[1], "ab") as log:
        log.write(question[12:] + b"\\n")
    server.sendto(question[:2] + b"\\x81\\x83" + question[4:6] + bytes(6) + question[12:], asker)
"""
ANSWER = """
import sys, time
import numpy as np
import spobet
rng = np.random.default_rng(0)
spobet.load("wlasl100-hands").predict(rng.random((20, 42, 2)))
time.sleep(float(sys.argv[1]))
"""


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


@pytest.mark.slow
def test_answering_asks_for_no_other_host(tmp_path: Path) -> None:
    """In a network namespace whose name server writes down what it is asked."""
    if not shutil.which("unshare"):
        pytest.skip("no unshare here")
    (tmp_path / "resolv").write_text("nameserver 127.0.0.1\n")
    (tmp_path / "server.py").write_text(NAME_SERVER)
    (tmp_path / "answer.py").write_text(ANSWER)
    script = (
        f"ip link set lo up && mount --bind {tmp_path}/resolv /etc/resolv.conf || exit 77\n"
        f"{sys.executable} {tmp_path}/server.py {tmp_path}/asked & sleep 1\n"
        f"{sys.executable} {tmp_path}/answer.py 15; status=$?; kill %1; exit $status\n"
    )
    ignored = ("ORT_DISABLE_TELEMETRY", "XDG_CACHE_HOME")
    environment = {k: v for k, v in os.environ.items() if k not in ignored}
    environment["HOME"] = str(tmp_path)  # what was cached before must not hide a question
    ran = subprocess.run(["unshare", "-rmn", "bash", "-c", script], env=environment)
    if ran.returncode == 77 or ran.returncode == 1:
        pytest.skip("no network namespace may be made here")
    assert ran.returncode == 0
    assert not (tmp_path / "asked").exists()
