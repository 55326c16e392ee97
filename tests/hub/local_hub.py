"""A model hub on this machine: the part of the Hub's HTTP protocol that push and load speak.

Faults are chosen by name of the request they spoil: `faults["resolve"] = fault`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

LARGE = (".onnx", ".keras", ".npz")  # what the hub keeps as LFS files
_ROUTES = (
    ("create", "POST", r"/api/repos/create"),
    ("validate", "POST", r"/api/validate-yaml"),
    ("branch", "POST", r"/api/models/(?P<repo>[^/]+/[^/]+)/branch/(?P<rev>.+)"),
    ("preupload", "POST", r"/api/models/(?P<repo>[^/]+/[^/]+)/preupload/(?P<rev>.+)"),
    ("commit", "POST", r"/api/models/(?P<repo>[^/]+/[^/]+)/commit/(?P<rev>.+)"),
    ("batch", "POST", r"/(?P<repo>[^/]+/[^/]+)\.git/info/lfs/objects/batch"),
    ("upload", "PUT", r"/upload/(?P<oid>[0-9a-f]{64})"),
    ("info", "GET", r"/api/models/(?P<repo>[^/]+/[^/]+)(?:/revision/(?P<rev>.+))?"),
    ("head", "HEAD", r"/(?P<repo>[^/]+/[^/]+)/resolve/(?P<rev>[^/]+)/(?P<name>.+)"),
    ("resolve", "GET", r"/(?P<repo>[^/]+/[^/]+)/resolve/(?P<rev>[^/]+)/(?P<name>.+)"),
)


@dataclass
class Repository:
    """Files by commit, and the commit of every branch."""

    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)

    def commit(self, branch: str, files: dict[str, bytes]) -> str:
        """Add files to a branch; the commit's name is the hash of all that it then holds."""
        files = {**self.commits.get(self.refs.get(branch, ""), {}), **files}
        content = b"".join(name.encode() + body for name, body in sorted(files.items()))
        oid = hashlib.sha1(content).hexdigest()
        self.commits[oid], self.refs[branch] = files, oid
        return oid


class LocalHub(ThreadingHTTPServer):
    """The hub; `requests` lists every request's route and token."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.repositories: dict[str, Repository] = {}
        self.blobs: dict[str, bytes] = {}
        self.faults: dict[str, Callable[[Handler, dict[str, str]], bool]] = {}
        self.requests: list[tuple[str, str]] = []
        self.closing = threading.Event()
        self.token = "hf_secret"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away is no news."""


@contextmanager
def running() -> Iterator[LocalHub]:
    hub = LocalHub()
    thread = threading.Thread(target=hub.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.closing.set()
        hub.shutdown()
        hub.server_close()


def facts(name: str, body: bytes) -> dict[str, object]:
    """What the hub says of a file."""
    blob = hashlib.sha1(f"blob {len(body)}\0".encode() + body).hexdigest()
    said: dict[str, object] = {"rfilename": name, "size": len(body), "blobId": blob}
    if name.endswith(LARGE):
        sha256 = hashlib.sha256(body).hexdigest()
        said["lfs"] = {"size": len(body), "sha256": sha256, "pointerSize": 134}
    return said


class Handler(BaseHTTPRequestHandler):
    server: LocalHub
    protocol_version = "HTTP/1.1"

    def answer(
        self, status: int, body: object = b"", headers: dict[str, str] | None = None
    ) -> None:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        given = {"Content-Length": str(len(content)), "Content-Type": "application/json"}
        for name, value in {**given, **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def refuse(self, status: int, code: str) -> None:
        self.answer(status, {"error": code}, {"X-Error-Code": code, "X-Error-Message": code})

    def log_message(self, *words: object) -> None:
        """Nobody reads it."""

    def do(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        while self.headers.get("Transfer-Encoding") == "chunked":
            size = int(self.rfile.readline(), 16)
            self.body += self.rfile.read(size)
            self.rfile.readline()
            if not size:
                break
        path = urlsplit(self.path).path
        for route, method, pattern in _ROUTES:
            match = re.fullmatch(pattern, path)
            if match and method == self.command:
                parts = {key: unquote(value or "main") for key, value in match.groupdict().items()}
                token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
                self.server.requests.append((route, token))
                fault = self.server.faults.get(route)
                if fault is None or not fault(self, parts):
                    getattr(self, f"on_{route}")(parts, token)
                return
        self.refuse(404, "NotFound")

    do_GET = do_POST = do_PUT = do_HEAD = do

    def on_validate(self, parts: dict[str, str], token: str) -> None:
        self.answer(200, {"errors": [], "warnings": []})

    def on_create(self, parts: dict[str, str], token: str) -> None:
        if token != self.server.token:
            self.refuse(401, "Unauthorized")
            return
        asked = json.loads(self.body)
        name = "/".join(filter(None, (asked.get("organization"), asked["name"])))
        status = 409 if name in self.server.repositories else 200
        self.server.repositories.setdefault(name, Repository())
        self.answer(status, {"url": f"{self.server.url}/{name}"})

    def on_branch(self, parts: dict[str, str], token: str) -> None:
        repository = self.server.repositories[parts["repo"]]
        repository.refs.setdefault(parts["rev"], repository.refs.get("main", ""))
        self.answer(200, {})

    def on_preupload(self, parts: dict[str, str], token: str) -> None:
        files = [
            {
                "path": one["path"],
                "uploadMode": "lfs" if one["path"].endswith(LARGE) else "regular",
                "shouldIgnore": False,
            }
            for one in json.loads(self.body)["files"]
        ]
        self.answer(200, {"files": files})

    def on_batch(self, parts: dict[str, str], token: str) -> None:
        objects = []
        for one in json.loads(self.body)["objects"]:
            action = {"href": f"{self.server.url}/upload/{one['oid']}"}
            objects.append({**one, "actions": {"upload": action}})
        kind = {"Content-Type": "application/vnd.git-lfs+json"}
        self.answer(200, {"transfer": "basic", "objects": objects}, kind)

    def on_upload(self, parts: dict[str, str], token: str) -> None:
        self.server.blobs[parts["oid"]] = self.body
        self.answer(200)

    def on_commit(self, parts: dict[str, str], token: str) -> None:
        files = {}
        for line in map(json.loads, self.body.splitlines()):
            value = line["value"]
            if line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            if line["key"] == "lfsFile":
                files[value["path"]] = self.server.blobs[value["oid"]]
        oid = self.server.repositories[parts["repo"]].commit(parts["rev"], files)
        url = f"{self.server.url}/{parts['repo']}/commit/{oid}"
        self.answer(200, {"commitUrl": url, "commitOid": oid, "success": True})

    def on_info(self, parts: dict[str, str], token: str) -> None:
        repository = self.server.repositories.get(parts["repo"])
        if repository is None:
            self.refuse(401, "RepoNotFound")  # what the Hub says to those it does not know
            return
        oid = repository.refs.get(parts.get("rev", "main"), parts.get("rev", ""))
        if oid not in repository.commits:
            self.refuse(404, "RevisionNotFound")
            return
        siblings = [facts(name, body) for name, body in repository.commits[oid].items()]
        self.answer(200, {"id": parts["repo"], "sha": oid, "siblings": siblings})

    def on_head(self, parts: dict[str, str], token: str) -> None:
        self.file(parts)

    def on_resolve(self, parts: dict[str, str], token: str) -> None:
        self.file(parts)

    def file(self, parts: dict[str, str]) -> None:
        body = self.server.repositories[parts["repo"]].commits[parts["rev"]].get(parts["name"])
        if body is None:
            self.refuse(404, "EntryNotFound")
            return
        said = facts(parts["name"], body)
        lfs = said.get("lfs")
        etag = lfs["sha256"] if isinstance(lfs, dict) else said["blobId"]
        headers = {"ETag": f'"{etag}"', "X-Repo-Commit": parts["rev"]}
        self.answer(200, body, headers)
