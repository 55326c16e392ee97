"""Claims about the choice of the signer among several people; see also the tests of readers."""

from __future__ import annotations

import numpy as np

from spobet.poses.people import signer_rows


def person(x: float, size: float) -> np.ndarray:
    """Four sure body points around (x, 0): (4, 3)."""
    return np.array([[x - size, 0, 1], [x + size, 0, 1], [x, -size, 1], [x, size, 1]], np.float32)


def test_the_larger_of_two_is_followed_whatever_the_order_in_the_file() -> None:
    bodies = np.stack([person(0, 2), person(9, 1), person(9.1, 1), person(0.1, 2)])
    assert signer_rows(bodies, np.array([0, 0, 1, 1]), np.ones(4)).tolist() == [0, 3]


def test_of_two_alike_the_one_who_moves_is_followed_whatever_the_order_in_the_file() -> None:
    still = np.array([[[0, 0, 1], [1, 1, 1]]] * 4, float)
    moving = still + [[10, 0, 0]] + np.arange(4)[:, None, None] * [[[0, 0, 0], [0.1, 0, 0]]]
    numbers = np.repeat(np.arange(4), 2)
    for order in ([0, 1], [1, 0]):
        people = np.stack([still, moving], axis=1)[:, order].reshape(8, 2, 3)
        bodies = people.copy()
        bodies[:, 1] = bodies[:, 0] + [1, 1, 0]  # the hands alone move
        rows = signer_rows(bodies, numbers, np.ones(8), people)
        assert (people[rows, 0, 0] == 10).all()


def test_who_stands_beside_the_signer_never_fills_a_gap() -> None:
    bodies = np.stack([person(0, 2), person(9, 1), person(9, 1), person(0, 2), person(9, 1)])
    assert signer_rows(bodies, np.array([0, 0, 1, 2, 2]), np.ones(5)).tolist() == [0, 3]


def test_someone_alone_keeps_every_frame_even_after_a_jump() -> None:
    bodies = np.stack([person(0, 1), person(50, 1)])
    assert signer_rows(bodies, np.array([0, 3]), np.ones(2)).tolist() == [0, 1]


def test_who_appears_three_bodies_away_does_not_continue_the_signer() -> None:
    """The signer is not detected in two frames in which someone beside them is."""
    body = np.array([[-1, 0, 1], [1, 0, 1], [0, -1, 1], [0, 1, 1]], np.float64)
    signer = [(frame, 0.0) for frame in range(20) if frame not in (10, 11)]
    other = [(frame, 3.0) for frame in range(10, 20)]
    people = sorted(signer + other)
    bodies = np.array([body + np.array([x, 0, 0]) for _, x in people])
    numbers = np.array([frame for frame, _ in people])
    rows = signer_rows(bodies, numbers, np.ones(len(people)))
    assert [people[row] for row in rows] == signer
