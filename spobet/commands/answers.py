"""Commands that name signs."""

from __future__ import annotations

import json
from pathlib import Path

import click

from spobet.commands.arguments import ANY, FILE, RUN


@click.command()
@click.argument("run", type=RUN)
@click.argument("clips", type=ANY, nargs=-1, required=True)
@click.option("--split-file", type=FILE, help="WLASL split file: the clips it names, in the one folder given as CLIPS.")
@click.option("--top", default=5, show_default=True, help="How many glosses.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a clip, a line each.")
def predict(run: Path, clips: tuple[Path, ...], split_file: Path | None, top: int, as_json: bool) -> None:
    """Rank the glosses of clips: spobet predict runs/asl100 poses/69241"""
    from spobet.recognition.predict import predict_paths

    for path, answers in predict_paths(run, clips, split_file, top, say=lambda line: click.echo(line, err=True)):
        ranked = [{"gloss": answer.gloss, "probability": round(answer.probability, 4)} for answer in answers]
        line = f"{path}: " + ", ".join(f"{answer['gloss']} {answer['probability']:.3f}" for answer in ranked)
        click.echo(json.dumps({"clip": str(path), "answers": ranked}, ensure_ascii=False) if as_json else line)


@click.command()
@click.argument("name", required=False)
def models(name: str | None) -> None:
    """List the networks that come with the package, or show one's card: spobet models wlasl100-hands"""
    from spobet.shipped import card, shipped_names

    titles = (f"{shipped}: {card(shipped).splitlines()[0].lstrip('# ')}" for shipped in shipped_names())
    click.echo(card(name) if name else "\n".join(titles))


COMMANDS = (predict, models)
