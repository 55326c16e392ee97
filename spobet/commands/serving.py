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
    help="Address to listen on; 0.0.0.0 admits other machines.",
)
@click.option("--port", default=8000, show_default=True, help="Port to listen on.")
@click.option(
    "--token",
    default="",
    envvar="SPOBET_TOKEN",
    help="Require this token on every request to the API.",
)
@click.option(
    "--workers",
    default=1,
    show_default=True,
    help="Number of processes; one per core answers most requests.",
)
@click.option(
    "--enrolled", type=OUT_FILE, help="Keep enrolled signs in this file instead of the run's own."
)
@click.option(
    "--allow-host",
    "hosts",
    multiple=True,
    help="Also answer under this host name, such as sign.example.org.",
)
@click.option(
    "--allow-origin",
    "origins",
    multiple=True,
    help="Also answer pages of this origin, such as https://app.example.org.",
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
    """Serve a network as a web page and an HTTP API.

    Example: spobet serve wlasl100-hands
    """
    from spobet.extras import extra_module

    for module in ("uvicorn", "fastapi", "filelock", "python_multipart"):
        extra_module(module, "serve", "serving")
    from spobet.serving.guard import hosts_of
    from spobet.serving.workers import Served, start

    click.echo(f"http://{host}:{port}")
    names = (*hosts_of(host), *hosts)
    served = Served(str(run), str(enrolled or ""), token, names, origins)
    start(served, workers, host=host, port=port, log_level="warning")
