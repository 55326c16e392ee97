"""Files from the web: resumed where they broke off, checked, whole or not at all."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from socket import gaierror
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from spobet.errors import UserError
from spobet.files import sha256_of

CHUNK = 1 << 18  # bytes: progress is shown a few times a second on slow lines
_RANGE_NOT_SATISFIABLE = 416
_WORTH_ANOTHER_TRY = (408, 425, 429, 500, 502, 503, 504)


class FetchError(UserError, OSError):
    """A file could not be fetched; the text says from where and why.

    What came so far stays in its `.part` file for the next time.
    """


@dataclass(frozen=True)
class Patience:
    """How long to go on with a server that fails.

    timeout: seconds to wait for a silent server. tries: without a byte of progress.
    rest: seconds before the second try, doubled with every further one.
    """

    timeout: float = 30.0  # slow file hosts take up to 20 seconds to begin
    tries: int = 5  # with doubled rests, half a minute: longer than a server's restart
    rest: float = 1.0


def fetch(
    url: str,
    path: Path,
    sha256: str | None = None,
    patience: Patience | None = None,
    progress: Callable[[int, int | None], None] = lambda done, total: None,
) -> str:
    """Fetch the file at `url` to `path` and return its SHA-256.

    What came so far stands in `<name>.part` and is continued, in a later call too (HTTP Range,
    while the server's file is the same one). Refused, broken or silent connections are tried
    again, more slowly each time; a try that brought something does not count. progress: called
    with the bytes done and in all, None = unknown. FetchError where the file cannot be fetched,
    where a web page comes in its place, or where its checksum is not `sha256`; then nothing is at
    `path`.
    """
    patience = patience or Patience()
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    failures = 0
    while True:
        before = _size(part)
        try:
            _continue(url, part, patience.timeout, progress)
            break
        except (OSError, HTTPException) as error:
            _stop_if_hopeless(url, error)
            failures = failures + 1 if _size(part) <= before else 0
            if failures >= patience.tries:
                raise FetchError(
                    f"{url}: gave up after {failures} tries without progress ({error})"
                ) from error
            time.sleep(patience.rest * 2**failures)
    found = sha256_of(part)
    part.with_name(part.name + ".tag").unlink(missing_ok=True)
    if sha256 and found != sha256:
        part.unlink()
        raise FetchError(
            f"{url}: SHA-256 {found}, expected {sha256}: not the file that was asked for"
        )
    part.replace(path)
    return found


def _continue(
    url: str, part: Path, timeout: float, progress: Callable[[int, int | None], None]
) -> None:
    """Append to `part` what it lacks of the file; returns when it is whole."""
    tag = part.with_name(part.name + ".tag")  # says which file of the server the part belongs to
    validator = tag.read_text() if tag.is_file() and _size(part) else ""
    headers = {"User-Agent": "spobet", "Accept-Encoding": "identity"}
    if validator:
        headers |= {"Range": f"bytes={_size(part)}-", "If-Range": validator}
    try:
        response = urlopen(Request(url, headers=headers), timeout=timeout)
    except HTTPError as error:
        if error.code != _RANGE_NOT_SATISFIABLE or not validator:
            raise
        part.unlink()  # the server's file is shorter now
        raise ConnectionError("the file changed on the server") from error
    with closing(response):
        if response.headers.get_content_type() == "text/html":
            raise FetchError(
                f"{url}: a web page came in place of the file (a quota, a question, or a dead link)"
            )
        resumed = response.status == 206
        done = _size(part) if resumed else 0
        length = response.headers.get("Content-Length")
        total = int(length) + done if length else None
        # Only a strong validator allows a part to be continued later.
        strong = response.headers.get("ETag", "")
        if not strong or strong.startswith("W/"):
            strong = response.headers.get("Last-Modified", "")
        tag.write_text(strong)
        with part.open("ab" if resumed else "wb") as file:
            while chunk := response.read1(CHUNK):
                file.write(chunk)
                done += len(chunk)
                progress(done, total)
    if total is not None and done < total:
        raise ConnectionError(f"broken off after {done:,} of {total:,} bytes")


def _stop_if_hopeless(url: str, error: Exception) -> None:
    if isinstance(error, FetchError):
        raise error
    if isinstance(error, HTTPError) and error.code not in _WORTH_ANOTHER_TRY:
        raise FetchError(f"{url}: {error.code} {error.reason}") from error
    if isinstance(error, URLError) and isinstance(error.reason, gaierror):
        raise FetchError(f"{url}: no such host, or no network") from error


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
