"""Print what the page carries of others as a CycloneDX bill of materials: python web/sbom.py"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

PAGE = Path(__file__).parents[1] / "spobet" / "serving" / "web"


def bill(page: Path = PAGE) -> dict[str, object]:
    """CycloneDX 1.5: a component a package, with the files of it that the page's folder carries."""
    files_of: defaultdict[str, list[dict[str, object]]] = defaultdict(list)
    licences: dict[str, str] = {}
    vendored = page / "vendor" / "vendor.json"
    for name, file in json.loads(vendored.read_text(encoding="utf-8")).items():
        hashes = [{"alg": "SHA-256", "content": file["sha256"]}]
        files_of[file["from"]].append({"type": "file", "name": name, "hashes": hashes})
        licences[file["from"]] = file["licence"]
    components = []
    for source, files in files_of.items():
        package, _, version = source.rpartition(" ")
        component = {
            "type": "library",
            "name": package,
            "version": version,
            "licenses": [{"license": {"id": licences[source]}}],
            "components": files,
        }
        if not version.endswith(".whl"):
            component["purl"] = f"pkg:npm/{package.replace('@', '%40')}@{version}"
        components.append(component)
    return {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": components}


if __name__ == "__main__":
    print(json.dumps(bill(), indent=1))
