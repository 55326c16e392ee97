"""Claims about networks pushed to a hub and loaded from it, with a hub that fails in many ways."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hub.local_hub import Handler, LocalHub, Repository, facts, running

from spobet.cli import main
from spobet.errors import UserError
from spobet.hub.address import HubAddress
from spobet.hub.cache import cache_folder, find
from spobet.hub.fetch import FromCache, fetch_run
from spobet.hub.files import REQUIRED, HubError
from spobet.hub.push import push_run
from spobet.recognition.recognizer import load
from spobet.shipped import FOLDER, SAMPLE, is_shipped

hub_library = pytest.importorskip("huggingface_hub", reason="the extra hub is not installed")

# huggingface_hub hands the file to its HTTP client in a way that the client calls old.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

ADDRESS = HubAddress("owner/signs")
RUN = FOLDER / "synthetic-20"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[LocalHub]:
    """An empty hub, an empty cache, and a client that does not wait between its tries."""
    from huggingface_hub import constants

    with running() as server:
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        monkeypatch.setenv("HF_TOKEN", server.token)
        monkeypatch.setenv("SPOBET_CACHE", str(tmp_path / "cache"))
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)  # the hub here has no Xet
        monkeypatch.setattr(constants, "HF_HUB_DOWNLOAD_TIMEOUT", 0.2)
        monkeypatch.setattr(constants, "HF_HUB_ETAG_TIMEOUT", 0.2)
        monkeypatch.setattr("spobet.hub.fetch.TIMEOUT", 0.2)
        monkeypatch.setattr("time.sleep", lambda seconds: None)
        yield server


@pytest.fixture
def full(hub: LocalHub) -> LocalHub:
    """A hub that holds the network."""
    names = (*REQUIRED, "README.md")
    (repository := Repository()).commit(
        "main", {name: (RUN / name.replace("README", "card")).read_bytes() for name in names}
    )
    hub.repositories[ADDRESS.repository] = repository
    return hub


def files_of(hub: LocalHub) -> dict[str, bytes]:
    repository = hub.repositories[ADDRESS.repository]
    return repository.commits[repository.refs["main"]]


def test_a_pushed_network_gives_the_same_logits_to_the_last_bit(hub: LocalHub) -> None:
    result = CliRunner().invoke(main, ["push", "synthetic-20", "hf://owner/signs"])
    assert result.exit_code == 0, result.output
    commit = hub.repositories["owner/signs"].refs["main"]
    assert result.stdout == f"hf://owner/signs@{commit}\n"
    here, there = load("synthetic-20"), load("hf://owner/signs")
    pose = here.pose_of(SAMPLE)
    np.testing.assert_array_equal(here.logits([pose]), there.logits([pose]))
    assert there.glosses == here.glosses
    hub.requests.clear()
    np.testing.assert_array_equal(
        load(f"hf://owner/signs@{commit}").logits([pose]), here.logits([pose])
    )
    assert hub.requests == []  # a commit that is in the cache needs no hub
    predicted = CliRunner().invoke(main, ["predict", "hf://owner/signs", str(SAMPLE)])
    assert (
        predicted.stdout
        == CliRunner().invoke(main, ["predict", "synthetic-20", str(SAMPLE)]).stdout
    )


def test_what_is_pushed_is_the_network_its_record_and_a_card_and_nothing_else(
    hub: LocalHub, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    shutil.copytree(RUN, run)
    (run / "card.md").unlink()
    (run / "notes.pkl").write_bytes(b"private")
    push_run(run, ADDRESS)
    files = files_of(hub)
    assert set(files) == {*REQUIRED, "README.md"}
    card = files["README.md"].decode()
    assert card.startswith("---\nlibrary_name: spobet\n")
    assert "Recognises 20 signs" in card
    assert 'spobet.load("hf://owner/signs")' in card
    assert files["classifier.onnx"] == (run / "classifier.onnx").read_bytes()
    (run / "vocabulary.txt").unlink()
    with pytest.raises(UserError, match=r"lacks vocabulary\.txt"):
        push_run(run, ADDRESS)


def test_a_branch_is_another_version_and_nothing_is_written_into_the_cache(full: LocalHub) -> None:
    branch = HubAddress("owner/signs", "trial")
    run = fetch_run(ADDRESS)
    assert is_shipped(run)
    push_run(RUN, branch)
    assert fetch_run(branch) != run
    assert fetch_run(ADDRESS) == run
    with pytest.raises(HubError, match="no such revision"):
        fetch_run(HubAddress("owner/signs", "absent"))


def test_other_files_of_a_repository_are_left_there(full: LocalHub) -> None:
    repository = full.repositories[ADDRESS.repository]
    strange = {"setup.py": b"import os", "../../up.txt": b"x", "code/config.toml": b"x"}
    repository.commit("main", strange)
    run = fetch_run(ADDRESS)
    names = {path.name for path in run.rglob("*")}
    assert names == {*REQUIRED, "README.md", "files.json"}
    asked = [route for route, _ in full.requests if route == "resolve"]
    assert len(asked) == len(REQUIRED) + 1


def test_without_the_hub_the_last_copy_is_used_and_a_damaged_one_is_not(
    full: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = fetch_run(ADDRESS)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")  # nobody listens there
    with pytest.warns(FromCache, match="the hub does not answer.*the copy in"):
        assert fetch_run(ADDRESS) == run
    with pytest.raises(HubError, match="the hub does not answer"):
        fetch_run(HubAddress("owner/other"))
    network = run / "classifier.onnx"
    network.write_bytes(network.read_bytes()[:-1] + b"?")
    with pytest.raises(HubError, match="the hub does not answer"):
        fetch_run(ADDRESS)
    assert not run.exists()
    monkeypatch.setenv("HF_ENDPOINT", full.url)
    assert fetch_run(ADDRESS) == run
    assert network.read_bytes() == files_of(full)["classifier.onnx"]


def status(code: int, error: str = "Server") -> Callable[[Handler, dict[str, str]], bool]:
    def fault(handler: Handler, parts: dict[str, str]) -> bool:
        handler.refuse(code, error)
        return True

    return fault


def said(change: Callable[[dict[str, Any]], object]) -> Callable[[Handler, dict[str, str]], bool]:
    """The hub's word on the repository, changed."""

    def fault(handler: Handler, parts: dict[str, str]) -> bool:
        repository = handler.server.repositories[ADDRESS.repository]
        oid = repository.refs["main"]
        siblings = [facts(name, body) for name, body in repository.commits[oid].items()]
        info = {"id": ADDRESS.repository, "sha": oid, "siblings": siblings}
        change(info)
        handler.answer(200, info)
        return True

    return fault


def body(change: Callable[[bytes], bytes]) -> Callable[[Handler, dict[str, str]], bool]:
    """The network's file with another content, its length as announced in the answer itself."""

    def fault(handler: Handler, parts: dict[str, str]) -> bool:
        if parts["name"] != "classifier.onnx":
            return False
        repository = handler.server.repositories[ADDRESS.repository]
        content = change(repository.commits[parts["rev"]][parts["name"]])
        handler.answer(200, content, {"ETag": '"x"', "X-Repo-Commit": parts["rev"]})
        return True

    return fault


def stall(handler: Handler, parts: dict[str, str]) -> bool:
    handler.server.closing.wait(10)
    handler.close_connection = True
    return True


def stall_midway(handler: Handler, parts: dict[str, str]) -> bool:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    handler.wfile.write(b"x" * 1000)
    handler.wfile.flush()
    return stall(handler, parts)


def cut_off(handler: Handler, parts: dict[str, str]) -> bool:
    content = handler.server.repositories[ADDRESS.repository].commits[parts["rev"]][parts["name"]]
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content[:100])
    handler.close_connection = True
    return True


def hang_up(handler: Handler, parts: dict[str, str]) -> bool:
    handler.close_connection = True
    return True


def web_page(handler: Handler, parts: dict[str, str]) -> bool:
    handler.answer(200, b"<html>log in to the hotel</html>", {"Content-Type": "text/html"})
    return True


def no_commit_header(handler: Handler, parts: dict[str, str]) -> bool:
    handler.answer(200, b"x", {"ETag": '"x"'})
    return True


def lose(name: str) -> Callable[[dict[str, Any]], object]:
    def change(info: dict[str, Any]) -> None:
        info["siblings"] = [one for one in info["siblings"] if one["rfilename"] != name]

    return change


def set_in_each(**values: object) -> Callable[[dict[str, Any]], object]:
    return lambda info: [one.update(values) for one in info["siblings"]]


FAULTS: dict[str, tuple[str, Callable[[Handler, dict[str, str]], bool], str]] = {
    "unknown repository": ("info", status(401, "RepoNotFound"), "no such repository, or a private"),
    "deleted repository": ("info", status(404, "RepoNotFound"), "no such repository, or a private"),
    "access on request": ("info", status(403, "GatedRepo"), "gives access on request"),
    "no token": ("info", status(401, "Unauthorized"), "token"),
    "forbidden": ("info", status(403, "Forbidden"), "403, needs a token"),
    "server error": ("info", status(500), "cannot answer now .500"),
    "overloaded": ("info", status(429), "cannot answer now .429"),
    "silent": ("info", stall, "does not answer"),
    "hangs up": ("info", hang_up, "does not answer"),
    "a web page": ("info", web_page, "what is no answer"),
    "no commit": ("info", said(lambda info: info.update(sha="../../x")), "names commit"),
    "no hashes": ("info", said(set_in_each(blobId=None, lfs=None)), "no size or no hash"),
    "no sizes": ("info", said(set_in_each(size=None)), "no size or no hash"),
    "no network": ("info", said(lose("classifier.onnx")), r"lacks classifier\.onnx"),
    "huge": ("info", said(set_in_each(size=1 << 40)), "expected at most"),
    "wrong announced size": ("info", said(set_in_each(size=3)), r"bytes, expected 3"),
    "file gone": ("head", status(404, "EntryNotFound"), "announced but not there"),
    "file forbidden": ("head", status(403, "Forbidden"), "403, needs a token"),
    "file's server error": ("resolve", status(503), "cannot answer now .503"),
    "file not of a hub": ("head", no_commit_header, "fetching config"),
    "file stalls": ("resolve", stall, "does not answer"),
    "file stalls midway": ("resolve", stall_midway, "does not answer|bytes"),
    "file cut off": ("resolve", cut_off, "does not answer|size"),
    "file truncated": ("resolve", body(lambda content: content[:-10]), "bytes|size"),
    "file longer": ("resolve", body(lambda content: content + b"x"), "bytes|size"),
    "file of another hash": ("resolve", body(lambda c: b"?" + c[1:]), "has hash"),
    "a web page as a file": ("resolve", web_page, "bytes|size"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_hub_that_fails_is_told_in_one_line_and_poisons_nothing(
    name: str, full: LocalHub
) -> None:
    route, fault, message = FAULTS[name]
    full.faults[route] = fault
    with pytest.raises(HubError, match=message) as raised:
        fetch_run(ADDRESS)
    assert "hf://owner/signs" in str(raised.value)
    assert "\n" not in str(raised.value)
    commit = full.repositories[ADDRESS.repository].refs["main"]
    assert find(ADDRESS, commit) is None
    left = [path for path in cache_folder().rglob("*") if path.is_file()]
    assert [path.name for path in left if path.name != ".lock"] == []
    if route == "info":
        return  # nothing was asked for that the next try could find half of
    full.faults.clear()
    run = fetch_run(ADDRESS)
    assert json.loads((run / "files.json").read_text())
    assert (run / "classifier.onnx").read_bytes() == files_of(full)["classifier.onnx"]


@pytest.mark.parametrize("honest", [True, False])
def test_a_redirect_to_another_host_gets_no_token_and_its_content_is_checked(
    honest: bool, full: LocalHub
) -> None:
    with running() as elsewhere:
        elsewhere.repositories = full.repositories
        if not honest:
            elsewhere.faults["resolve"] = body(lambda content: b"?" + content[1:])

        def redirect(handler: Handler, parts: dict[str, str]) -> bool:
            if parts["name"] != "classifier.onnx":
                return False
            content = files_of(full)[parts["name"]]
            etag = facts(parts["name"], content)["lfs"]["sha256"]  # type: ignore[index]
            headers = {
                "Location": f"http://localhost:{elsewhere.server_port}{handler.path}",
                "X-Linked-ETag": f'"{etag}"',
                "X-Linked-Size": str(len(content)),
                "X-Repo-Commit": parts["rev"],
            }
            handler.answer(302, b"", headers)
            return True

        full.faults.update(head=redirect, resolve=redirect)
        if honest:
            fetch_run(ADDRESS)
        else:
            with pytest.raises(HubError, match="has hash"):
                fetch_run(ADDRESS)
        assert {route for route, _ in elsewhere.requests} == {"resolve"}
        assert {token for _, token in elsewhere.requests} == {""}
        assert {token for _, token in full.requests} == {full.token}


def test_pushing_needs_a_token_and_what_arrives_is_compared(
    hub: LocalHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    with pytest.raises(HubError, match="token"):
        push_run(RUN, ADDRESS)
    monkeypatch.setenv("HF_TOKEN", hub.token)

    def spoil(handler: Handler, parts: dict[str, str]) -> bool:
        handler.body = b"?" + handler.body[1:]
        return False

    hub.faults["upload"] = spoil
    with pytest.raises(HubError, match=r"classifier\.onnx is not on the hub as it is here"):
        push_run(RUN, ADDRESS)


@pytest.mark.parametrize(
    "text",
    [
        "hf://name",
        "hf://a/b/c",
        "hf://../b",
        "hf://a/b@",
        "hf://a/b@../c",
        "hf://a/b@x y",
        "hf:/a/b",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="expected hf://owner/name"):
        HubAddress.parse(text)


def test_an_address_reads_as_it_is_written() -> None:
    for text in ("hf://owner/my.signs_2", "hf://owner/signs@v1.0", "hf://o/s@feature/x"):
        assert str(HubAddress.parse(text)) == text
