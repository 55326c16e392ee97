"""One network as the API answers with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

from spobet.errors import UserError
from spobet.poses.sequence import PoseSequence
from spobet.recognition.enrolled_file import EnrolledFile, enrolled_path
from spobet.recognition.model_metadata import facts_of
from spobet.recognition.network import network_hash
from spobet.recognition.practice import Standard, practise
from spobet.recognition.raw_landmarks.file import landmarks_file
from spobet.recognition.recognizer import Recognizer, load
from spobet.recognition.spotting import spot
from spobet.runs import RunFolder
from spobet.serving.drawings import drawings_of
from spobet.serving.landmarks import landmarks_of, pose_of
from spobet.serving.schemas import BadRequest, ClipBody

NO_SIZE = (
    'the size of the picture is unknown, so its proportions are lost: send "size", its width and '
    "height in pixels"
)


class Service:
    """One network and the signs enrolled with it.

    Signs are enrolled and removed one at a time, also among processes, and are on disk when the
    client hears of it. What another process has written is seen at the next answer.
    """

    def __init__(self, run: Path, enrolled: Path | None = None) -> None:
        folder = RunFolder(run)
        self.run, self.name = run, folder.path.name
        path, network = enrolled or enrolled_path(folder), network_hash(folder)
        self.signs_file, self._swap = EnrolledFile(path, network), Lock()
        self._version = self.signs_file.version
        self._recognizer: Recognizer = load(run, enrolled=enrolled)
        self.unit = folder.record().unit or "pixels"

    @property
    def recognizer(self) -> Recognizer:
        """The network with the signs that are on disk now."""
        if self.signs_file.version == self._version:
            return self._recognizer
        with self._swap, refusing():
            version = self.signs_file.version
            if version != self._version:
                self._recognizer = self._recognizer.with_enrolled(self.signs_file.read())
                self._version = version
            return self._recognizer

    def pose_of(self, clip: ClipBody) -> PoseSequence:
        """The clip of a request."""
        return pose_of(clip, self._recognizer.skeleton, self.unit)

    def predict(self, pose: PoseSequence, top: int) -> dict[str, Any]:
        """Ranked glosses of a clip, and whether the first is accepted."""
        recognizer = self.recognizer
        with refusing():
            answer = recognizer.predict(pose, top).to_json()
        if recognizer.preprocessor.lacks_size(pose):
            answer["warnings"] = [NO_SIZE]
        return answer

    def predict_with_landmarks(self, pose: PoseSequence, digits: int = 7) -> dict[str, Any]:
        """The same, with the landmarks as the network reads them, to be drawn or enrolled."""
        answer, ready = self.predict(pose, 5), self.recognizer.prepared(pose)
        landmarks = {"landmarks": landmarks_of(ready, digits), "unit": ready.unit}
        times = None if ready.times is None else ready.times.tolist()
        return {**answer, "frames": len(pose), **landmarks, "times": times, "size": ready.size}

    def practise(self, gloss: str, pose: PoseSequence) -> dict[str, Any]:
        """In what a take differs from the reference of a sign."""
        with refusing():
            return practise(self.standard, self.recognizer, gloss, pose).to_json()

    def spot(self, pose: PoseSequence, top: int) -> dict[str, Any]:
        """The signs in a long clip."""
        with refusing():
            signs = spot(self.recognizer, pose, top=top)
        found = [
            {
                "start": sign.start,
                "stop": sign.stop,
                "seconds": sign.seconds,
                **sign.answers.to_json(),
            }
            for sign in signs
        ]
        return {"signs": found}

    def facts(self) -> dict[str, Any]:
        """What a client must know to answer with the network's file, and what is enrolled."""
        recognizer = self.recognizer
        signs = recognizer.enrolled.clips.items()
        return {
            **facts_of(RunFolder(self.run), recognizer),
            "name": self.name,
            "network": recognizer.enrolled.network,
            "bones": recognizer.skeleton.bone_indices.tolist(),
            "references": self._references_path.is_file(),
            "enrolled": [{"gloss": gloss, "clips": clips.tolist()} for gloss, clips in signs],
        }

    @property
    def file(self) -> Path:
        """The network's file."""
        return RunFolder(self.run).onnx

    @cached_property
    def landmarks_file(self) -> bytes:
        """The network's file that reads raw landmarks, made when it is first asked for."""
        with refusing():
            return landmarks_file(RunFolder(self.run), self._recognizer)

    @cached_property
    def standard(self) -> Standard:
        """What takes are compared with, read when the first one comes."""
        return Standard.read(RunFolder(self.run))

    @cached_property
    def references(self) -> bytes:
        """A moving drawing for each sign, as gzipped JSON; BadRequest where there are none."""
        if not self._references_path.is_file():
            raise BadRequest(f"{self.name} has no drawn references (spobet references)")
        with refusing():
            return drawings_of(self._references_path)

    @property
    def _references_path(self) -> Path:
        return RunFolder(self.run).references

    def signs(self) -> list[dict[str, Any]]:
        """The enrolled signs and how many clips each has."""
        signs = self.recognizer.enrolled.clips.items()
        return [{"gloss": gloss, "clips": len(clips)} for gloss, clips in signs]

    def enrol(self, gloss: str, poses: list[PoseSequence]) -> None:
        """Add clips of a sign, each once; on disk when this returns."""
        with refusing():
            self.signs_file.add(self.recognizer.spelling(gloss), self.recognizer.embed(poses))

    def remove(self, gloss: str) -> None:
        """Remove a sign; on disk when this returns."""
        with refusing():
            self.signs_file.change(lambda signs: signs.without_sign(gloss))


@contextmanager
def refusing() -> Iterator[None]:
    """Turn what the library refuses within into a BadRequest of the same words."""
    try:
        yield
    except UserError as error:
        raise BadRequest(str(error)) from error
