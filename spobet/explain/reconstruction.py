"""`spobet reconstruct`: what a pretrained network fills in where frames were hidden from it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np

from spobet.errors import NotFound
from spobet.explain.attention import named_clips
from spobet.files import write_whole
from spobet.poses.sequence import PoseSequence
from spobet.reports.reconstruction import Reconstruction, reconstruction_page
from spobet.runs import RunFolder
from spobet.training.masking import choose_hidden_frames


def reconstruct(
    run: RunFolder,
    names: Sequence[str],
    poses: Sequence[PoseSequence],
    page: Path | None = None,
    seed: int = 0,
) -> str:
    """Hide whole frames as in pretraining; the error of each clip's reconstruction, as text.

    seed: of which frames are hidden. page: an HTML file to write, with the clips drawn. NotFound
    for a run without a reconstruction head.
    """
    if not run.masked_frames.is_file():
        raise NotFound(
            f"{run.masked_frames}: not there; only a run pretrained on hidden frames can "
            "reconstruct them"
        )
    inputs = run.preprocessor()(poses)
    mask, landmarks = inputs["frame_mask"], inputs["landmarks"]
    recipe, rng = run.experiment().pretrain, np.random.default_rng(seed)
    frames = choose_hidden_frames(mask, recipe.mask_ratio, recipe.span, rng)
    hidden = np.broadcast_to(frames[..., None], landmarks.shape[:3]).copy()
    model = keras.saving.load_model(run.masked_frames)
    coordinates = model.predict_on_batch({**inputs, "hidden": hidden})["coordinates"]
    truth = np.where(landmarks[..., 2:] > 0, landmarks[..., :2], np.nan)
    reconstructions, skeleton = [], run.record().skeleton
    for clip, (name, real) in enumerate(zip(names, mask, strict=True)):
        seen = np.isfinite(truth[clip][real][..., 0])
        pose = PoseSequence(truth[clip][real], seen, skeleton, unit="head lengths")
        shown = coordinates[clip][real], frames[clip][real]
        reconstructions.append(Reconstruction(name, pose, *shown))
    if page is not None:
        write_whole(page, reconstruction_page(str(run.path), reconstructions))
    return "\n".join(map(str, reconstructions))


def reconstruct_clips(
    run: Path, clips: Sequence[str], data: Path | None, page: Path | None = None
) -> str:
    """`reconstruct` for clips by their id in a data set, or by path where none is given."""
    return reconstruct(RunFolder(run), *named_clips(clips, data), page)
