"""Photograph a page as it is: unaltered, without masks, never with a filled secret on it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import FloatRect, Page

MARGIN = 12  # pixels around the card
# A field of this kind may hold a secret, and a picture or a text of the page would keep it.
FORBIDDING = "input[type=password], input[autocomplete~='one-time-code'], input[name=pin]"


def full_page(page: "Page") -> bytes | None:
    """Given a page, return a PNG of the whole of it; None if it cannot or must not be photographed."""
    return _take(page, None)


def card(page: "Page", box: tuple[float, float, float, float]) -> bytes | None:
    """Given x, y, width and height in pixels of the whole page, return a PNG of that part; None as above."""
    x, y, width, height = box
    left, top = max(0.0, x - MARGIN), max(0.0, y - MARGIN)
    return _take(
        page,
        {"x": left, "y": top, "width": x + width + MARGIN - left, "height": y + height + MARGIN - top},
    )


def _take(page: "Page", clip: "FloatRect | None") -> bytes | None:
    """Return a PNG, or None where a field for a secret stands on the page or the page went away."""
    from playwright.sync_api import Error

    try:
        if page.locator(FORBIDDING).locator("visible=true").count():
            return None
        if clip is None:
            return page.screenshot(full_page=True, caret="initial")
        return page.screenshot(full_page=True, clip=clip, caret="initial")
    except Error:
        return None
