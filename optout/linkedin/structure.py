"""How a page is built: its controls and what is around them, without the text of the page."""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from optout.linkedin.sight import script

if TYPE_CHECKING:
    from playwright.sync_api import Page

MOST_CONTROLS = 60  # described one by one; all are counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One control as the page has it, nothing of it redacted; `checked` is None if it cannot be checked.

    `where` is the page, a frame or a shadow root; `above` are the tags and roles of its nearest ancestors.
    """

    where: str
    tag: str
    type: str
    role: str
    attributes: tuple[str, ...]
    id: str
    name: str
    labelled_by: tuple[str, ...]
    label: str
    checked: bool | None
    mixed: bool
    aria_checked: str | None
    aria_pressed: str | None
    disabled: bool
    rendered: bool
    above: tuple[tuple[str, str], ...]

    @property
    def is_toggle(self) -> bool:
        """Whether it is a switch or a checkbox, of whatever make."""
        return (
            (self.tag == "input" and self.type.lower() == "checkbox")
            or self.role in {"switch", "checkbox"}
            or (self.aria_checked is not None and not self.is_radio)
        )

    @property
    def is_radio(self) -> bool:
        """Whether it is one of several choices."""
        return (self.tag == "input" and self.type.lower() == "radio") or self.role == "radio"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A frame in the page; `path` is empty if it is of another origin, which is not `readable`."""

    readable: bool
    path: str
    rendered: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """One page at one moment; `labels` are those of the keys asked for that an element has as its id."""

    path: str
    lang: str
    main: bool
    ready: bool
    dialogs: int
    counts: Mapping[str, int]
    frames: tuple[Frame, ...]
    labels: tuple[str, ...]
    controls: tuple[Control, ...]


def read(page: "Page", keys: Iterable[str]) -> Structure | None:
    """Given a page and the keys that are expected on it, return how it is built; None if it went away."""
    from playwright.sync_api import Error

    try:
        raw = page.evaluate(_survey(), {"keys": list(keys), "most": MOST_CONTROLS})
    except Error:
        return None
    return _structure(raw)


@functools.cache
def _survey() -> str:
    return script("structure.js")


def _structure(raw: Mapping[str, Any]) -> Structure:
    """Return the page's answer as a record."""
    return Structure(
        path=raw["path"],
        lang=raw["lang"],
        main=raw["main"],
        ready=raw["ready"],
        dialogs=raw["dialogs"],
        counts=dict(raw["counts"]),
        frames=tuple(Frame(**frame) for frame in raw["frames"]),
        labels=tuple(raw["labels"]),
        controls=tuple(_control(each) for each in raw["controls"]),
    )


def _control(raw: Mapping[str, Any]) -> Control:
    return Control(
        where=raw["where"],
        tag=raw["tag"],
        type=raw["type"],
        role=raw["role"],
        attributes=tuple(raw["attributes"]),
        id=raw["id"],
        name=raw["name"],
        labelled_by=tuple(raw["labelledBy"]),
        label=raw["label"],
        checked=raw["checked"],
        mixed=raw["mixed"],
        aria_checked=raw["ariaChecked"],
        aria_pressed=raw["ariaPressed"],
        disabled=raw["disabled"],
        rendered=raw["rendered"],
        above=tuple((tag, role) for tag, role in raw["above"]),
    )
