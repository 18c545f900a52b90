"""What of a page may be kept as a picture or a text: nobody but the member, and no secret, is ever on it.

A picture is taken as the page shows it or not at all: what cannot be kept out of it is not photographed.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from optout.linkedin.menu import SETTINGS_ROOTS
from optout.linkedin.sight import script

if TYPE_CHECKING:
    from playwright.sync_api import Page

SNAPSHOT_PATIENCE = 1000  # ms for an element that was there a moment ago
LONGEST_TEXT = 20_000  # characters of one text; the card of a setting has about 1,000
# What stands behind these was typed.
_TYPED = re.compile(r"^\s*- '?(textbox|searchbox|combobox|spinbutton|slider)\b", re.MULTILINE)
# The lines of an accessibility text that are kept: words, structure and switches. Of the addresses that links
# lead to only a path of plain words: anything else may be a token.
_KEPT = re.compile(
    r" *- (?:'?(?:text|paragraph|heading|link|button|switch|checkbox|radio|radiogroup|group|region|main"
    r"|article|navigation|list|listitem|term|definition|table|rowgroup|row|cell|columnheader|rowheader|separator"
    r"|status|alert|strong|emphasis)\b.*|/url: /(?:[A-Za-z-]{1,60}/)*[A-Za-z-]{0,60})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of `page`: its box (x, y, width, height in pixels of the whole page) and where it stands in it.

    `no_picture` and `no_text` say what speaks against keeping one, None if nothing does. `html` is its
    structure by allow-list, where that is kept.
    """

    page: "Page"
    box: tuple[float, float, float, float]
    place: str
    no_picture: str | None
    no_text: str | None
    html: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What may be kept of a page: its main part and the card of a setting, None for what it has not."""

    main: Part | None = None
    card: Part | None = None

    @property
    def outline(self) -> tuple[tuple[object, ...], ...]:
        """What has to stay the same while a picture is taken."""
        return tuple((part.box, part.no_picture) for part in (self.main, self.card) if part is not None)


def parts(page: "Page", key: str | None = None, *, whole: bool = True) -> Parts:
    """Given a page and perhaps a setting's key, return the setting's card and the main part of the page.

    The latter if `whole`, or if there is no card; neither if the page went away. Only pages of the settings
    count: any other shows other people.
    """
    from playwright.sync_api import Error

    script_of_page = f"({script('page.js')})({script('sign_in.js')})"
    try:
        told = page.evaluate(
            f"(asked) => ({script('capture.js')})({script_of_page})(asked)", {"key": key, "whole": whole}
        )
    except Error:
        return Parts()
    return Parts(main=_part(page, told, "main"), card=_part(page, told, "card"))


def aria_text(part: Part) -> str | None:
    """Given a part of which a text may be kept, return what its accessibility tree says.

    None if the part is gone or its text may hold what was typed.
    """
    from playwright.sync_api import Error

    try:
        text = part.page.locator(part.place).aria_snapshot(timeout=SNAPSHOT_PATIENCE)
    except Error:
        return None
    return None if _TYPED.search(text) or len(text) > LONGEST_TEXT else "".join(_kept_of(text))


def html_text(part: Part) -> str | None:
    """Given a card, return its HTML as a document of its own, None if it is too long."""
    return (
        f'<!doctype html>\n<meta charset="utf-8">\n{part.html}\n' if len(part.html) <= LONGEST_TEXT else None
    )


def _kept_of(text: str) -> Iterator[str]:
    """Yield the lines of an accessibility text that are kept."""
    dropped: int | None = None
    for line in text.splitlines():
        depth = len(line) - len(line.lstrip(" "))
        if dropped is not None and depth > dropped:
            continue
        dropped = None if _KEPT.fullmatch(line) else depth
        if dropped is None:
            yield f"{line}\n"


def _part(page: "Page", told: Mapping[str, Any], name: str) -> Part | None:
    """Return one part of what the page told."""
    part = told[name]
    if part is None:
        return None
    elsewhere = None if told["path"].startswith(SETTINGS_ROOTS) else "it is no page of the settings"
    field = "a field for a password or a code is on the page"
    people = "another person may be on it"
    box = part["box"]
    return Part(
        page=page,
        box=(box["x"], box["y"], box["width"], box["height"]),
        place=part["place"],
        no_picture=elsewhere
        or (field if told["secretShown"] else None)
        or ("something that is no part of it lies over it" if part["covered"] else None)
        or (people if part["shownPeople"] else None),
        no_text=elsewhere
        or (field if told["secretThere"] else None)
        or (people if part["namedPeople"] else None),
        html=(told["html"] or "") if name == "card" else "",
    )
