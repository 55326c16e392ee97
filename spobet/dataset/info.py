"""What dataset.json says of a data set: the facts that hold for every clip, and where they lie."""

from __future__ import annotations

import json
import operator
from dataclasses import asdict, dataclass, field
from pathlib import Path

from spobet.errors import UserError
from spobet.poses.skeleton import Skeleton

FORMAT = "spobet dataset 1"


@dataclass(frozen=True)
class DatasetInfo:
    """The facts of a data set.

    num_frames: of each clip. shard_starts: the first frame of each shard. sizes: (width, height) of
    each clip's picture in pixels, None where unknown; () where no clip's is known, as in data sets
    that were written before sizes were. checksums: CRC-32 of each shard's files by their names; {}
    in data sets that were written before checksums were.
    """

    skeleton: Skeleton
    unit: str
    source: str
    licence: str
    num_frames: tuple[int, ...]
    shard_starts: tuple[int, ...]
    content_hash: str
    sizes: tuple[tuple[int, int] | None, ...] = ()
    checksums: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.sizes and len(self.sizes) != len(self.num_frames):
            counts = f"{len(self.sizes)} picture sizes for {len(self.num_frames)} clips"
            raise UserError(f"{counts}, expected one each or none")
        starts = self.shard_starts or (None,)
        ends = (*self.shard_starts[1:], sum(self.num_frames))
        if self.num_frames and (starts[0] != 0 or any(map(operator.ge, self.shard_starts, ends))):
            found = f"shards begin at {', '.join(map(str, self.shard_starts[:5])) or 'no frame'}"
            raise UserError(f"{found}, expected to ascend from 0 within {ends[-1]:,} frames")

    def write(self, path: Path) -> None:
        """Write the facts as JSON."""
        facts = {"format": FORMAT, **asdict(self)}
        for name in ("sizes", "checksums"):
            if not facts[name]:
                del facts[name]
        path.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> DatasetInfo:
        """Read dataset.json; UserError where it is of another format or damaged."""
        try:
            facts = json.loads(path.read_text(encoding="utf-8"))
            checksums = facts.pop("checksums", {})
            if facts.pop("format", None) != FORMAT:
                raise UserError(f"expected format {FORMAT!r}")
            return cls(
                skeleton=Skeleton.from_json(facts.pop("skeleton")),
                num_frames=tuple(map(operator.index, facts.pop("num_frames"))),
                shard_starts=tuple(map(operator.index, facts.pop("shard_starts"))),
                sizes=tuple(_size(size) for size in facts.pop("sizes", ())),
                checksums={name: operator.index(value) for name, value in checksums.items()},
                **facts,
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise UserError(f"{path}: not the facts of a data set ({error})") from error


def _size(size: list[int] | None) -> tuple[int, int] | None:
    if size is None:
        return None
    width, height = size
    return int(width), int(height)
