"""The card of a pushed network: what it is, what it was trained on, what may be done with it."""

from __future__ import annotations

import json

from spobet.evaluation.scoring import Metrics
from spobet.hub.address import HubAddress
from spobet.runs import RunFolder
from spobet.shipped import CARD as SHIPPED_CARD

_HEAD = """---
library_name: spobet
tags: [sign-language-recognition, pose, onnx, keras]
license: other
---
"""


def card_of(run: RunFolder, address: HubAddress) -> str:
    """The run's own card.md, or one made of its record, under what the hub reads of it."""
    card = run.path / SHIPPED_CARD
    text = card.read_text(encoding="utf-8") if card.is_file() else _card_of_record(run, address)
    use = f'import spobet\n\nspobet.load("hf://{address.repository}").predict("clip.npz")'
    return f"{_HEAD}\n{text.rstrip()}\n\n## Use\n\n```python\n{use}\n```\n"


def _card_of_record(run: RunFolder, address: HubAddress) -> str:
    record, glosses = run.record(), run.glosses().glosses
    data = "; ".join(record.data) or "unknown"
    lines = [
        f"# {address.repository.partition('/')[2]}",
        "",
        f"Recognises {len(glosses):,} signs, one at a time, from body landmarks.",
        "",
        f"- **Input**: {record.skeleton.name}, {len(record.skeleton)} landmarks, "
        f"in {record.unit or 'a unit that is not known'}.",
        f"- **Trained on**: {data}; {len(record.clips):,} clips of "
        f"{len(set(record.signers) - {''}):,} known signers, seed {record.seed}, "
        f"{record.epochs} epochs, {record.chosen}.",
        f"- **Terms of the data**: {record.licence or 'not stated'}.",
        "- **Limits**: isolated signs of its vocabulary; less reliable on signers, cameras and "
        "extractors that it was not trained on. Not a translator.",
        "- `run.json` names the clips and signers of the training data by their ids.",
    ]
    for path in sorted(run.path.glob("metrics-*.json")):
        metrics = Metrics.from_json(json.loads(path.read_text(encoding="utf-8")))
        lines.append(f"- **Top-1 accuracy, {metrics.split}**: {metrics.top_k[1]}")
    return "\n".join(lines)
