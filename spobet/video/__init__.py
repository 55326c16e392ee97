"""Video: pictures in, landmarks out. PyAV and MediaPipe, the extra `video`, are imported late."""

from __future__ import annotations

from pathlib import Path

from spobet.poses.sequence import PoseSequence
from spobet.video.frames import looks_like as looks_like

NOT_KEPT = "z, faces, sound and the pictures"


def read(path: Path) -> PoseSequence:
    """The signer of a video, found by MediaPipe with the networks of the cache.

    ExtraNeeded where the extra `video` is not installed, NotFound where the networks are not in the
    cache, UserError where the file is no video that can be read.
    """
    from spobet.video.mediapipe_tasks import open_mediapipe
    from spobet.video.pose import read_video

    return read_video(path, open_mediapipe())
