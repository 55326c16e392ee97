"""Commands that answer over HTTP."""

from __future__ import annotations

from pathlib import Path

import click

from spobet.commands.arguments import OUT_FILE, RUN


@click.command()
@click.argument("run", type=RUN, default="wlasl100-hands-open")
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="Address to listen at; others than this machine reach 0.0.0.0.",
)
@click.option("--port", default=8000, show_default=True)
@click.option(
    "--token",
    default="",
    envvar="SPOBET_TOKEN",
    help="Ask for this token on every request to the API.",
)
@click.option(
    "--workers",
    default=1,
    show_default=True,
    help="Processes that answer; as many as cores answer most.",
)
@click.option(
    "--enrolled", type=OUT_FILE, help="Where enrolled signs are kept, if not beside the run."
)
def serve(run: Path, host: str, port: int, token: str, workers: int, enrolled: Path | None) -> None:
    """Open the page and the HTTP API of a network: spobet serve wlasl100-hands"""
    from spobet.extras import extra_module

    for module in ("uvicorn", "fastapi", "filelock", "python_multipart"):
        extra_module(module, "serve", "serving")
    from spobet.serving.workers import start

    click.echo(f"http://{host}:{port}")
    start(run, enrolled, token, workers, host=host, port=port, log_level="warning")
