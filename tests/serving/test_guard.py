"""Claims about what the server refuses before it looks: size, origin, host, token."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

from clients import client_of, refused

from spobet.serving.guard import MAX_BODY, hosts_of


def test_a_body_too_large_another_origin_and_a_missing_token_are_refused(
    client: Any, signs: Path
) -> None:
    assert "expected at most" in refused(
        client.post("/api/predict", content=b" " * (MAX_BODY + 1)), 413
    )

    def endless() -> Any:
        for _ in range(MAX_BODY // 1_000_000 + 2):
            yield b" " * 1_000_000

    assert "a body over" in refused(client.post("/api/predict", content=endless()), 413)
    assert "another origin" in refused(
        client.get("/api/health", headers={"origin": "http://evil.example"}), 403
    )
    assert client.get("/api/health", headers={"origin": "http://127.0.0.1"}).status_code == 200
    guarded = client_of(signs, token="secret")
    assert "token" in refused(guarded.get("/api/health"), 401)
    assert guarded.get("/api/health", headers={"authorization": "Bearer secret"}).status_code == 200
    assert guarded.get("/").status_code == 200


def test_every_answer_forbids_other_sources_and_no_path_leads_out(client: Any) -> None:
    for path in ("/", "/app.js", "/api/health"):
        reply = client.get(path)
        assert "default-src 'self'" in reply.headers["content-security-policy"]
        assert "access-control-allow-origin" not in reply.headers
    for path in ("/../app.py", "/..%2fapp.py", "/%2e%2e/app.py", "//etc/passwd"):
        assert client.get(path).status_code in (404, 405)


def test_only_the_names_of_this_server_are_answered(client: Any, signs: Path) -> None:
    def ask(server: Any, host: str) -> int:
        page = server.get("/", headers={"host": host}).status_code
        enrolled = server.get("/api/signs", headers={"host": host, "origin": f"http://{host}"})
        assert page == enrolled.status_code
        return page

    for host in ("127.0.0.1", "localhost:8000", "[::1]:8000"):
        assert ask(client, host) == 200
    for host in ("evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", ""):
        assert ask(client, host) == 400
    assert ask(client_of(signs, hosts=("sign.example",)), "sign.example:8000") == 200


def test_a_server_for_other_machines_answers_to_its_names_only() -> None:
    assert "192.168.1.7" in hosts_of("192.168.1.7")
    assert "[fd00::7]" in hosts_of("fd00::7")
    assert socket.gethostname() in hosts_of("0.0.0.0")
    assert not {"*", "0.0.0.0", "::"} & {*hosts_of("0.0.0.0"), *hosts_of("::")}


def test_a_page_of_an_allowed_origin_may_ask(signs: Path) -> None:
    page = {"origin": "https://app.example"}
    server = client_of(signs, token="secret", origins=("https://app.example",))
    asking = {"access-control-request-method": "POST"}
    allowed = {"access-control-request-headers": "authorization,content-type"}
    assert server.options("/api/predict", headers=page | asking | allowed).status_code == 200
    reply = server.get("/api/health", headers=page | {"authorization": "Bearer secret"})
    assert reply.status_code == 200
    assert reply.headers["access-control-allow-origin"] == "https://app.example"
    assert server.get("/api/health", headers=page).status_code == 401
    other = {"origin": "https://evil.example", "authorization": "Bearer secret"}
    assert server.get("/api/health", headers=other).status_code == 403
