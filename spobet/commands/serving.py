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
    help="Address to listen at; 0.0.0.0 lets other machines in.",
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
    help="Processes that answer; one per core answers most.",
)
@click.option(
    "--enrolled", type=OUT_FILE, help="File of the enrolled signs, if not the one beside the run."
)
@click.option(
    "--allow-host",
    "hosts",
    multiple=True,
    help="Another name under which this server is reached, such as sign.example.org.",
)
@click.option(
    "--allow-origin",
    "origins",
    multiple=True,
    help="A page of another server that may ask, such as https://app.example.org.",
)
def serve(
    run: Path,
    host: str,
    port: int,
    token: str,
    workers: int,
    enrolled: Path | None,
    hosts: tuple[str, ...],
    origins: tuple[str, ...],
) -> None:
    """Open the page and the HTTP API of a network: spobet serve wlasl100-hands"""
    from spobet.extras import extra_module

    for module in ("uvicorn", "fastapi", "filelock", "python_multipart"):
        extra_module(module, "serve", "serving")
    from spobet.serving.guard import hosts_of
    from spobet.serving.workers import Served, start

    click.echo(f"http://{host}:{port}")
    names = (*hosts_of(host), *hosts)
    served = Served(str(run), str(enrolled or ""), token, names, origins)
    start(served, workers, host=host, port=port, log_level="warning")
