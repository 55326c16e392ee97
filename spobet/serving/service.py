"""One network as the API answers with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock

from spobet.poses.sequence import PoseSequence
from spobet.recognition.enrolment import Enrolled, enrolled_file
from spobet.recognition.model_metadata import facts_of
from spobet.recognition.recognizer import Answer, Recognizer, load
from spobet.recognition.spotting import spot
from spobet.runs import RunFolder
from spobet.serving.reading import BadRequest, clip_of, landmarks_of


class Service:
    """One network and the signs enrolled with it.

    Enrolling and forgetting happen one at a time, also among processes, and are on disk before they are told; what another process
    has written is seen at the next answer.
    """

    def __init__(self, run: Path, enrolled: Path | None = None) -> None:
        folder = RunFolder(run)
        self.run, self.name, self.place = run, folder.path.name, enrolled or enrolled_file(folder)
        self._seen = self._stamp()
        self._recognizer: Recognizer = load(run, enrolled=enrolled)
        self.unit = folder.record().unit or "pixels"
        self._lock = FileLock(f"{self.place}.lock")

    @property
    def recognizer(self) -> Recognizer:
        """The network with the signs that are on disk now."""
        stamp = self._stamp()
        if stamp != self._seen:
            with wrong_request():
                self._recognizer, self._seen = self._recognizer.with_enrolled(self._kept()), stamp
        return self._recognizer

    def _stamp(self) -> tuple[int, int, int] | None:
        """What changes whenever the file of signs is written; None where there is none."""
        try:
            facts = self.place.stat()
        except FileNotFoundError:
            return None
        return facts.st_ino, facts.st_mtime_ns, facts.st_size

    def clip(self, content: Any) -> PoseSequence:
        """A clip that a client describes."""
        return clip_of(content, self._recognizer.skeleton, self.unit)

    def answers(self, pose: PoseSequence, top: int) -> dict[str, Any]:
        """Ranked glosses of a clip, and whether the first counts."""
        with wrong_request():
            return answered(self.recognizer, pose, top)

    def answers_with_landmarks(self, pose: PoseSequence) -> dict[str, Any]:
        """The same beside the clip's landmarks as the network reads them, so that they can be drawn, or enrolled."""
        answers, ready = self.answers(pose, 5), self.recognizer.prepared(pose)
        return {
            **answers,
            "frames": len(pose),
            "landmarks": landmarks_of(ready),
            "unit": ready.unit,
        }

    def found(self, pose: PoseSequence, top: int) -> dict[str, Any]:
        """The signs in a long clip."""
        with wrong_request():
            signs = spot(self.recognizer, pose, top=top)
        return {
            "signs": [
                {
                    "start": sign.start,
                    "stop": sign.stop,
                    "seconds": sign.seconds,
                    "sure": sign.known,
                    "answers": told(sign.answers),
                }
                for sign in signs
            ]
        }

    def facts(self) -> dict[str, Any]:
        """What a page needs to answer by itself with the network's file: facts_of, a hash, bones to draw, and what is enrolled."""
        recognizer = self.recognizer
        signs = [
            {"gloss": gloss, "clips": clips.tolist()}
            for gloss, clips in recognizer.enrolled.clips.items()
        ]
        bones = recognizer.skeleton.bone_indices.tolist()
        own = {
            "name": self.name,
            "network": recognizer.enrolled.network,
            "bones": bones,
            "enrolled": signs,
        }
        return {**facts_of(RunFolder(self.run), recognizer), **own}

    @property
    def file(self) -> Path:
        """The network's file."""
        return RunFolder(self.run).onnx

    def signs(self) -> list[dict[str, Any]]:
        """The enrolled signs and how many clips each has."""
        return [
            {"gloss": gloss, "clips": len(kept)}
            for gloss, kept in self.recognizer.enrolled.clips.items()
        ]

    def enrol(self, gloss: str, poses: list[PoseSequence]) -> None:
        """Add clips of a sign; on disk when this returns."""
        with self._changing():
            self.recognizer.with_enrolled(self._kept()).enrol(gloss, poses).write(self.place)

    def forget(self, gloss: str) -> None:
        """Remove a sign; on disk when this returns."""
        with self._changing():
            self._kept().without_sign(gloss).write(self.place)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Nobody else changes the signs within."""
        self.place.parent.mkdir(parents=True, exist_ok=True)
        with self._lock, wrong_request():
            yield

    def _kept(self) -> Enrolled:
        """What is on disk, whoever wrote it."""
        return Enrolled.read(self.place, self._recognizer.enrolled.network)


@contextmanager
def wrong_request() -> Iterator[None]:
    """Turn what the library refuses within into a BadRequest of the same words."""
    try:
        yield
    except (ValueError, KeyError) as error:
        raise BadRequest(str(error.args[0])) from error


def answered(recognizer: Recognizer, pose: PoseSequence, top: int = 5) -> dict[str, Any]:
    """Ranked glosses of a clip, and whether the first counts."""
    answers = recognizer.predict(pose, top)
    return {"answers": told(answers), "sure": recognizer.accepts(answers)}


def told(answers: Sequence[Answer]) -> list[dict[str, Any]]:
    """Answers as JSON tells them."""
    return [
        {"gloss": answer.gloss, "probability": round(answer.probability, 4)} for answer in answers
    ]
