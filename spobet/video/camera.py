"""A camera's pictures, and a window that shows pictures (the OpenCV that MediaPipe brings)."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator

import numpy as np

from spobet.errors import UserError
from spobet.extras import extra_module
from spobet.video.frames import Frame

_PURPOSE = "a camera or a window"
_TITLE, _ESCAPE = "spobet (q ends)", 27


def camera_frames(number: int = 0) -> Iterator[Frame]:
    """Pictures of the camera with this number, RGB, with times in seconds, until it stops.

    UserError where it cannot be opened; ExtraNeeded without OpenCV.
    """
    cv2 = extra_module("cv2", "video", _PURPOSE)
    camera = cv2.VideoCapture(number)
    try:
        if not camera.isOpened():
            raise UserError(
                f"camera {number}: cannot be opened; is it there, and does no other program use it?"
            )
        while True:
            is_read, picture = camera.read()
            if not is_read:
                return
            yield Frame(np.ascontiguousarray(picture[..., ::-1]), time.monotonic())
    finally:
        camera.release()


class Window:
    """A window for RGB pictures; `show` says whether it is still wanted."""

    def __init__(self) -> None:
        if sys.platform.startswith("linux") and not (
            os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
        ):
            raise UserError(
                "no screen here to open a window on; "
                "--out FILE writes the pictures to a video instead"
            )
        self._cv2 = extra_module("cv2", "video", _PURPOSE)

    def show(self, picture: np.ndarray) -> bool:
        """Show a picture; False once the user has ended (q, escape, or the window closed)."""
        self._cv2.imshow(_TITLE, np.ascontiguousarray(picture[..., ::-1]))
        key = self._cv2.waitKey(1) & 0xFF
        return (
            key not in (ord("q"), _ESCAPE)
            and self._cv2.getWindowProperty(_TITLE, self._cv2.WND_PROP_VISIBLE) > 0
        )

    def close(self) -> None:
        """Close it."""
        self._cv2.destroyAllWindows()
