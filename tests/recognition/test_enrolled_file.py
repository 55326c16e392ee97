"""Claims about the file of enrolled signs that threads and processes share."""

from __future__ import annotations

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from recognition.test_recognizer import random_clip

from spobet.recognition.enrolled_file import EnrolledFile, enrolled_path
from spobet.recognition.enrolment import Enrolled
from spobet.recognition.network import network_hash
from spobet.recognition.recognizer import Recognizer
from spobet.runs import RunFolder
from spobet.shipped import find_run

SIGNS = 25  # each of two enrols at once
ANSWERS = 25  # of each of four threads
SERVED = [200, pytest.param(100_000, marks=pytest.mark.slow)]  # answers of eight threads
ENROL = """
import sys
import numpy as np
from pathlib import Path
from spobet.recognition.enrolled_file import EnrolledFile
for number in range(int(sys.argv[2])):
    EnrolledFile(Path(sys.argv[1]), "x").change(
        lambda signs: signs.with_sign(f"{sys.argv[3]} {number}", np.ones((1, 4)))
    )
"""


def test_what_two_processes_enrol_at_once_is_all_there(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "signs.json"
    others = [
        subprocess.Popen([sys.executable, "-c", ENROL, str(path), str(SIGNS), name])
        for name in ("one", "other")
    ]
    assert [other.wait(60) for other in others] == [0, 0]
    assert len(EnrolledFile(path, "x").read().glosses) == 2 * SIGNS


def test_what_many_threads_enrol_and_remove_at_once_is_all_there(tmp_path: Path) -> None:
    signs_file = EnrolledFile(tmp_path / "signs.json", "x")

    def enrol_two_and_remove_one(number: int) -> None:
        signs_file.change(lambda signs: signs.with_sign(f"stays {number}", np.ones((1, 4))))
        signs_file.change(lambda signs: signs.with_sign(f"goes {number}", np.ones((1, 4))))
        signs_file.change(lambda signs: signs.without_sign(f"goes {number}"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(enrol_two_and_remove_one, range(12)))
    assert set(signs_file.read().glosses) == {f"stays {number}" for number in range(12)}


def test_every_change_has_another_version_and_a_failed_one_changes_nothing(
    tmp_path: Path,
) -> None:
    signs_file = EnrolledFile(tmp_path / "signs.json", "x")
    versions = [signs_file.version]
    for gloss in ("tea", "milk"):
        signs_file.change(lambda signs, gloss=gloss: signs.with_sign(gloss, np.ones((1, 4))))
        versions.append(signs_file.version)
    assert versions[0] is None
    assert len(set(versions)) == 3
    with pytest.raises(KeyError, match="sign 'bread' is not enrolled"):
        signs_file.change(lambda signs: signs.without_sign("bread"))
    assert signs_file.version == versions[-1]


def test_threads_predict_while_signs_come_and_go_and_each_answer_is_of_one_state(
    recognizer: Recognizer,
) -> None:
    clips = [random_clip(seed) for seed in range(4)]
    tea = recognizer.with_sign("tea", clips[:2]).enrolled
    states = [Enrolled(""), tea, tea.with_sign("milk", recognizer.embed(clips[2:]))]
    expected = {
        number: [recognizer.with_enrolled(state).predict(clip) for state in states]
        for number, clip in enumerate(clips)
    }
    shared, answered = [recognizer], Event()

    def change() -> int:
        changes = 0
        while not answered.is_set():
            shared[0] = shared[0].with_enrolled(states[changes % len(states)])
            changes += 1
        return changes

    def answer(thread: int) -> None:
        for turn in range(ANSWERS):
            number = (thread + turn) % len(clips)
            assert shared[0].predict(clips[number]) in expected[number]

    with ThreadPoolExecutor(5) as pool:
        changing = pool.submit(change)
        try:
            list(pool.map(answer, range(4)))
        finally:
            answered.set()
        assert changing.result() > 10


def test_signs_of_a_network_of_the_package_are_in_the_users_data_folder(
    trained_run: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    shipped = RunFolder(find_run("wlasl100-hands"))
    assert enrolled_path(shipped) == tmp_path / "spobet" / "wlasl100-hands.enrolled.json"
    assert enrolled_path(RunFolder(trained_run)) == trained_run / "enrolled.json"
    assert len(network_hash(RunFolder(trained_run))) == 64


@pytest.mark.parametrize("answers", SERVED)
def test_a_service_answers_of_one_state_while_one_enrols_and_one_removes(
    answers: int, trained_run: Path, tmp_path: Path
) -> None:
    pytest.importorskip("fastapi", reason="the extra serve is not installed")
    from spobet.serving.service import Service

    service = Service(trained_run, tmp_path / "signs.json")
    bare, clips = service.recognizer, [random_clip(seed) for seed in range(4)]
    embeddings = {name: bare.embed(clips[n : n + 1]) for n, name in enumerate(("tea", "milk"))}
    orders = ((), ("tea",), ("milk",), ("tea", "milk"), ("milk", "tea"))
    states = []
    for order in orders:
        state = bare.enrolled
        for name in order:
            state = state.with_sign(name, embeddings[name])
        state.write(tmp_path / "state.json")  # the file holds fewer digits
        state = EnrolledFile(tmp_path / "state.json", state.network).read()
        states.append(bare.with_enrolled(state))
    expected = [[state.predict(clip, 3).to_json()["answers"] for state in states] for clip in clips]
    answered, met = Event(), set()

    def enrol() -> None:
        while not answered.is_set():
            for name, embedding in embeddings.items():
                service.signs_file.change(
                    lambda signs, name=name, embedding=embedding: (
                        signs if name in signs.clips else signs.with_sign(name, embedding)
                    )
                )

    def remove() -> None:
        while not answered.is_set():
            for name in embeddings:
                service.signs_file.change(
                    lambda signs, name=name: (
                        signs.without_sign(name) if name in signs.clips else signs
                    )
                )

    end = time.monotonic() + 60  # by then a state has changed, however busy the machine is

    def several_met() -> bool:
        return len({state for _, state in list(met)}) > 1

    def answer(thread: int) -> None:
        for turn in count():
            if turn >= answers // 8 and (several_met() or time.monotonic() > end):
                return
            number = (thread + turn) % len(clips)
            reply = service.predict(clips[number], 3)
            met.add((number, expected[number].index(reply["answers"])))

    with ThreadPoolExecutor(10) as pool:
        changing = [pool.submit(enrol), pool.submit(remove)]
        try:
            list(pool.map(answer, range(8)))
        finally:
            answered.set()
        for change in changing:
            change.result()
    assert several_met()
