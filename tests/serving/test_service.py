"""Claims about enrolled signs behind the API: on disk at once, seen by others, never lost."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from clients import client_of, described, refused


def test_an_enrolled_sign_is_named_and_on_disk_until_it_is_removed(
    client: Any, signs: Path
) -> None:
    reply = client.post("/api/signs", json={"gloss": "tea", "clips": [described()]})
    assert reply.json() == {"signs": [{"gloss": "tea", "clips": 1}]}
    assert json.loads(signs.read_text())["signs"][0]["gloss"] == "tea"
    assert client.post("/api/predict", json=described()).json()["answers"][0]["gloss"] == "tea"
    fresh = client_of(signs)
    assert fresh.get("/api/signs").json() == {"signs": [{"gloss": "tea", "clips": 1}]}
    assert "tea" in fresh.get("/api/health").json()["glosses"]
    assert client.delete("/api/signs/tea").json() == {"signs": []}
    assert "'tea' is not enrolled" in refused(client.delete("/api/signs/tea"))
    assert client.post("/api/predict", json=described()).json()["answers"][0]["gloss"] != "tea"


def test_what_one_process_enrols_another_names_at_once_and_none_is_lost(tmp_path: Path) -> None:
    apps = [client_of(tmp_path / "enrolled.json") for _ in range(2)]
    tea = {"gloss": "tea", "clips": [described()]}
    assert apps[0].post("/api/signs", json=tea).status_code == 200
    assert apps[1].post("/api/predict", json=described()).json()["answers"][0]["gloss"] == "tea"

    def enrol(number: int) -> int:
        sign = {"gloss": f"s{number}", "clips": [described()]}
        return apps[number % 2].post("/api/signs", json=sign).status_code

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(enrol, range(24))) == {200}
    assert [len(app.get("/api/signs").json()["signs"]) for app in apps] == [25, 25]
    assert apps[0].delete("/api/signs/tea").status_code == 200
    assert "tea" not in apps[1].get("/api/health").json()["glosses"]


def test_a_damaged_file_of_signs_is_refused_and_not_written_over(
    tmp_path: Path,
) -> None:
    file = tmp_path / "deep" / "enrolled.json"
    app = client_of(file)
    assert not file.parent.exists()  # nothing is written before somebody enrols
    assert app.post("/api/signs", json={"gloss": "tea", "clips": [described()]}).status_code == 200
    file.write_text("{")
    assert "not a file of enrolled signs" in refused(app.post("/api/predict", json=described()))
    assert "not a file of enrolled signs" in refused(
        app.post("/api/signs", json={"gloss": "milk", "clips": [described()]})
    )
    assert file.read_text() == "{"
