"""Claims about MediaPipe's networks: fetched and checked, from a folder, or made offline."""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from web_kit import Site, serving

from spobet.cli import main
from spobet.fetch import FetchError
from spobet.video import models
from spobet.video.models import MODELS, make_models, models_folder


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "spobet" / "models"


def test_networks_are_fetched_if_asked_to_once_and_checked(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = {model.name: model.name.encode() for model in MODELS}
    with serving(Site(content)) as site:
        ours = [
            replace(
                model,
                url=f"{site.address}/{model.name}",
                sha256=hashlib.sha256(content[model.name]).hexdigest(),
            )
            for model in MODELS
        ]
        monkeypatch.setattr(models, "MODELS", ours)
        said: list[str] = []
        with pytest.raises(FileNotFoundError, match=r"not there; .* with --fetch-models"):
            models_folder(say=said.append)
        assert (said, site.asked, cache.exists()) == ([], [], False)
        assert models_folder(fetch_missing=True, say=said.append) == cache
        assert {file.name: file.read_bytes() for file in cache.iterdir()} == content
        assert (len(said), len(site.asked)) == (2, 2)
        models_folder()
        assert len(site.asked) == 2
        (cache / MODELS[0].name).unlink()
        site.files[MODELS[0].name] = b"something else"
        with pytest.raises(FetchError, match="not the file that was asked for"):
            models_folder(fetch_missing=True)


def test_a_given_folder_is_never_fetched_into(tmp_path: Path) -> None:
    (tmp_path / MODELS[0].name).touch()
    with pytest.raises(FileNotFoundError, match=rf"{MODELS[1].name} not in this folder"):
        models_folder(tmp_path, fetch_missing=True)


def test_what_is_not_mediapipe_0_10_21_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "other.whl", "w") as wheel:
        wheel.writestr("mediapipe/__init__.py", "")
    for source in (tmp_path / "other.whl", tmp_path):
        with pytest.raises(
            FileNotFoundError,
            match=r"pose_detection\.tflite not in it, expected the wheel of mediapipe 0\.10\.21",
        ):
            make_models(source, tmp_path / "made")
    assert not (tmp_path / "made").exists()


def test_without_the_extra_its_name_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "av", None)
    (tmp_path / "sign.mp4").touch()
    for words in (
        ["extract", str(tmp_path), str(tmp_path / "set")],
        ["predict", "wlasl100-hands", str(tmp_path / "sign.mp4")],
    ):
        result = CliRunner().invoke(main, words)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith("spobet: ")
        assert result.stderr.count("\n") == 1
        assert result.stderr.endswith(
            "finding landmarks in video needs av: pip install 'spobet[video]'\n"
        )
