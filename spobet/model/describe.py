"""Networks of a config, a skeleton and a number of frames: what Keras keeps of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, TypeVar

from spobet.poses.skeleton import Skeleton

Network = TypeVar("Network")


def description(network: Any) -> dict[str, Any]:
    """What a network was made of, as plain values: config, skeleton, num_frames and name."""
    return {
        "config": dataclasses.asdict(network.config),
        "skeleton": dataclasses.asdict(network.skeleton),
        "num_frames": network.num_frames,
        "name": network.name,
    }


def rebuilt(
    kind: Callable[..., Network], sizes: Callable[..., object], values: dict[str, Any]
) -> Network:
    """A network of that kind from what `description` gave; sizes: the kind of its config."""
    config = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in values["config"].items()
    }
    skeleton = Skeleton.from_json(values["skeleton"])
    return kind(sizes(**config), skeleton, values["num_frames"], name=values["name"])
