"""Drawings as PNG pictures, by way of resvg."""

from __future__ import annotations

from spobet.extras import extra_module


def png_of(drawing: str) -> bytes:
    """The PNG picture of an SVG drawing, on white; ExtraNeeded without the extra `png`."""
    resvg = extra_module("resvg_py", "png", "writing PNG pictures")
    return bytes(resvg.svg_to_bytes(svg_string=str(drawing), background="white"))
