"""Put what the page takes from others into the package: python web/vendor.py MEDIAPIPE_WHEEL

Installs the packages of web/package-lock.json with npm and writes their files, gzipped, to
spobet/serving/web/vendor, with vendor.json: where each came from, its licence and its SHA-256. The
networks that find hands and bodies come from the wheel of mediapipe 0.10.21 (`pip download
mediapipe==0.10.21 --no-deps`), as for `spobet extract --models-from`. The same input gives the same
bytes.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import sys
from pathlib import Path

from spobet.video.models import MODELS, tasks_file

HERE = Path(__file__).parent
VENDOR = HERE.parent / "spobet" / "serving" / "web" / "vendor"
FILES = {
    "onnxruntime-web": (
        "dist/ort.wasm.min.mjs",
        "dist/ort-wasm-simd-threaded.mjs",
        "dist/ort-wasm-simd-threaded.wasm",
    ),
    "@mediapipe/tasks-vision": (
        "vision_bundle.mjs",
        "wasm/vision_wasm_internal.js",
        "wasm/vision_wasm_internal.wasm",
    ),
    "mediabunny": ("dist/bundles/mediabunny.min.mjs",),
}


def main(wheel: Path) -> None:
    """Write the folder anew."""
    subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=HERE, check=True
    )
    locked = json.loads((HERE / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    VENDOR.mkdir(parents=True, exist_ok=True)
    origins = {}
    for package, files in FILES.items():
        facts = locked[f"node_modules/{package}"]
        for file in files:
            content = (HERE / "node_modules" / package / file).read_bytes()
            if not file.endswith(".wasm"):
                content = _without_map(content)
            origins |= _written(
                Path(file).name, content, f"{package} {facts['version']}", facts["license"]
            )
    for model in MODELS:
        origins |= _written(
            model.name, tasks_file(model, wheel), f"networks of {wheel.name}", "Apache-2.0"
        )
    (VENDOR / "vendor.json").write_text(json.dumps(origins, indent=1) + "\n", encoding="utf-8")


def _written(name: str, content: bytes, origin: str, licence: str) -> dict[str, dict[str, object]]:
    (VENDOR / f"{name}.gz").write_bytes(gzip.compress(content, 9, mtime=0))
    facts = {
        "from": origin,
        "licence": licence,
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    return {name: facts}


def _without_map(content: bytes) -> bytes:
    """Without the line that points to a source map, which is not shipped."""
    return b"\n".join(
        line for line in content.split(b"\n") if not line.startswith(b"//# sourceMappingURL=")
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
