"""Tests that a machine may skip for want of a program, but continuous integration may not."""

from __future__ import annotations

import os

import pytest


def skip_without(what: str, there: bool, reason: str) -> pytest.MarkDecorator:
    """A mark that skips where something is not there.

    Where the environment's SPOBET_MUST_RUN lists it (words such as "browser node"), its absence is
    an error at once.
    """
    if not there and what in os.environ.get("SPOBET_MUST_RUN", "").split():
        raise RuntimeError(f"{reason}, and SPOBET_MUST_RUN asks for the tests that need {what}")
    return pytest.mark.skipif(not there, reason=reason)
