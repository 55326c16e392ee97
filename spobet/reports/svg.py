"""SVG elements as markup: their attributes and text are escaped here.

Pictures inherit the text colour around them, so they read on light and on dark pages; classes such
as `right` and `curve-1` let a page add colours, and nothing depends on colour alone.
"""

from __future__ import annotations

import numpy as np
from markupsafe import Markup, escape


def tag(name: str, *children: object, **attributes: object) -> Markup:
    """One element; children are markup, or text to escape.

    Numbers are rounded to a tenth; attributes of None are left out. An underscore stands for a
    hyphen, one at the end of a name for nothing (class_).
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_short(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if not children:
        return Markup(f"<{name}{written}/>")
    inside = "".join(str(escape(child)) for child in children)
    return Markup(f"<{name}{written}>{inside}</{name}>")


def text(words: str, x: float, y: float, **attributes: object) -> Markup:
    """A line of text in the font of every picture."""
    font = {"font_family": "system-ui,sans-serif", "fill": "currentColor"}
    return tag("text", words, x=x, y=y, **{**font, **attributes})


def line(path: str, **attributes: object) -> Markup:
    """A path that is stroked and not filled."""
    return tag("path", d=path, **{"fill": "none", "stroke": "currentColor", **attributes})


def dot(x: float, y: float, radius: float) -> Markup:
    """A filled circle."""
    return tag("circle", cx=x, cy=y, r=radius)


def point(x: float, y: float) -> str:
    """Coordinates in a path, rounded to a tenth."""
    return f"{_short(float(x))} {_short(float(y))}"


def drawing(
    size: tuple[float, float], title: str, *children: object, **attributes: object
) -> Markup:
    """The outermost element; the title says in words what it shows.

    size: width and height in pixels, as long as no attribute scales it.
    """
    box = f"0 0 {point(*size)}"
    start = {"xmlns": "http://www.w3.org/2000/svg", "viewBox": box, "role": "img"}
    given = {"width": size[0], "height": size[1]} if "style" not in attributes else {}
    shown = {**start, "fill": "currentColor", **given, **attributes}  # black is lost on dark pages
    return tag("svg", tag("title", title), *children, **shown)


def _short(value: object) -> object:
    if isinstance(value, float | np.floating):
        return f"{round(float(value), 1) + 0.0:g}"  # + 0.0 makes -0 a 0
    return value
