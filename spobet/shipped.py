"""Networks that come with the package: finished runs cut down to what their users need."""

from __future__ import annotations

from pathlib import Path

from spobet.errors import NotFound

FOLDER = Path(__file__).parent / "weights"
CARD = "card.md"
SAMPLE = FOLDER / "synthetic-20" / "sample.npz"  # one synthetic clip, to try the package with


def shipped_names() -> list[str]:
    """Names of the networks that come with the package."""
    return sorted(card.parent.name for card in FOLDER.glob(f"*/{CARD}"))


def find_run(name: str | Path) -> Path:
    """The run folder at a path, or else the shipped network of that name.

    hf://owner/name[@revision] is fetched from the model hub, once. FileNotFoundError where there
    is neither.
    """
    if str(name).startswith("hf:/"):  # a Path has lost one of the two slashes
        from spobet.hub.address import HubAddress
        from spobet.hub.fetch import fetch_run

        return fetch_run(HubAddress.parse("hf://" + str(name)[len("hf:/") :].lstrip("/")))
    path = Path(name)
    if path.exists():
        return path
    if str(name) in shipped_names():
        return FOLDER / str(name)
    shipped = ", ".join(shipped_names()) or "none"
    raise NotFound(
        f"{name}: no such run folder, nor a network that comes with the package ({shipped})"
    )


def is_shipped(run: Path) -> bool:
    """Whether a run folder came with the package or from a hub: there nothing is written."""
    from spobet.hub.cache import is_cached

    return run.resolve().parent == FOLDER.resolve() or is_cached(run)


def card(name: str) -> str:
    """The model card of a shipped network: data, figures, licence, use and limits."""
    if name not in shipped_names():
        raise NotFound(
            f"{name}: no network of that name comes with the package ({', '.join(shipped_names())})"
        )
    return (FOLDER / name / CARD).read_text(encoding="utf-8")
