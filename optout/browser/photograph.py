"""Photograph a part of a page as it is: unaltered, without masks. What may be on it, others decide."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import FloatRect, Page


def part(page: "Page", box: tuple[float, float, float, float]) -> bytes | None:
    """Given x, y, width and height in pixels of the whole page, return a PNG of that part.

    None if the page is gone.
    """
    from playwright.sync_api import Error

    x, y, width, height = box
    clip: FloatRect = {"x": x, "y": y, "width": width, "height": height}
    try:
        return page.screenshot(full_page=True, clip=clip, caret="initial")
    except Error:
        return None
