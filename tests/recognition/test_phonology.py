"""Claims about how a sign is made, read from an embedding."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from spobet.errors import UserError
from spobet.recognition.phonology import PhonologyReader

FACTS = json.dumps(
    {"names": ["handshape", "movement"], "values": [["a", "b"], ["none", "arc", "zigzag"]]}
)


def test_each_feature_is_its_likeliest_value_with_its_probability(tmp_path: Path) -> None:
    kernel = np.zeros((2, 5), np.float32)
    kernel[0, 1] = np.log(3)
    np.savez(tmp_path / "phonology.npz", kernel=kernel, bias=[0, 0, 0, 0, 9.0], facts=FACTS)
    reader = PhonologyReader.read(tmp_path / "phonology.npz")
    described = reader.describe(np.array([1.0, 5.0]))
    assert described["handshape"] == ("b", pytest.approx(0.75))
    assert described["movement"] == ("zigzag", pytest.approx(1.0, abs=1e-3))
    assert reader.describe(np.array([-1.0, 0.0]))["handshape"] == ("a", pytest.approx(0.75))


def test_weights_of_another_head_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "phonology.npz", kernel=np.ones((2, 4)), bias=np.ones(4), facts=FACTS)
    with pytest.raises(UserError, match="not of one head"):
        PhonologyReader.read(tmp_path / "phonology.npz")
    np.savez(tmp_path / "other.npz", kernel=np.ones((2, 4)))
    with pytest.raises(UserError, match="not the phonology head"):
        PhonologyReader.read(tmp_path / "other.npz")
