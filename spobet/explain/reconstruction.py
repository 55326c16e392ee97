"""`spobet restore`: what a pretrained encoder puts where frames were hidden from it, drawn over the truth."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np

from spobet.errors import NotFound
from spobet.explain.attention import named_clips
from spobet.files import write_whole
from spobet.poses.arrays import PoseBank
from spobet.poses.sequence import PoseSequence
from spobet.reports.reconstruction import Reconstruction, reconstruction_page
from spobet.runs import RunFolder
from spobet.training.batches import choose_hidden_frames


def restore(
    run: RunFolder,
    names: Sequence[str],
    poses: Sequence[PoseSequence],
    page: Path | None = None,
    seed: int = 0,
) -> str:
    """Hide frames of clips as in pretraining, whole ones, and tell how far what is restored lies from the truth, as text.

    seed: of which frames are hidden. `page` names an HTML file with the clips drawn. FileNotFoundError for a run that cannot
    restore any.
    """
    record, experiment = run.record(), run.experiment()
    if not run.masked_frames.is_file():
        raise NotFound(
            f"{run.masked_frames}: not there; only a run pretrained on hidden frames can restore them"
        )
    choices, recipe = experiment.input, experiment.pretrain
    bank = PoseBank.of(poses, record.skeleton, choices.min_confidence, choices.right_leads)
    inputs = bank.even_input(np.arange(len(bank)), choices.num_frames, choices.stretch)
    mask = inputs["frame_mask"]
    frames = choose_hidden_frames(mask, recipe.mask_ratio, recipe.span, np.random.default_rng(seed))
    landmarks = inputs["landmarks"]
    hidden = np.broadcast_to(frames[..., None], landmarks.shape[:3]).copy()
    model = keras.saving.load_model(run.masked_frames)
    places = model.predict_on_batch({**inputs, "hidden": hidden})["coordinates"]
    truth = np.where(landmarks[..., 2:] > 0, landmarks[..., :2], np.nan)
    restored = [
        Reconstruction(
            name=name,
            truth=_pose(truth[clip][mask[clip]], run),
            told=places[clip][mask[clip]],
            hidden=frames[clip][mask[clip]],
        )
        for clip, name in enumerate(names)
    ]
    if page is not None:
        write_whole(page, reconstruction_page(str(run.path), restored))
    return "\n".join(map(str, restored))


def reconstruct_clips(
    run: Path, clips: Sequence[str], data: Path | None, page: Path | None = None
) -> str:
    """`restore` of clips by their id in a data set, or by path where none is given."""
    return restore(RunFolder(run), *named_clips(clips, data), page)


def _pose(xy: np.ndarray, run: RunFolder) -> PoseSequence:
    return PoseSequence(xy, np.isfinite(xy[..., 0]), run.record().skeleton, unit="head lengths")
