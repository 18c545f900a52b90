"""Read a setting from its own page, and turn it. Never judge: a click proves nothing."""

import enum
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from optout.linkedin.address import path_in, without_values
from optout.linkedin.catalogue import NOT_FOUND_PATH, Setting
from optout.linkedin.load import Loaded
from optout.linkedin.sight import POLL, Sight, call, element, look, pause, wait
from optout.linkedin.stay import Stay

if TYPE_CHECKING:
    from playwright.sync_api import Page

SUCCESS = 200
SETTLE = 0.75  # seconds for which OFF has to stand unchanged; a first state may be a default (linkedin.md 3)
READY_PATIENCE = 5.0  # seconds a page has to finish loading before its switch is clicked
FLIP_PATIENCE = 1.0  # seconds a click has to flip the box; a click too many turns it on again


class Shows(enum.Enum):
    """What a setting's page shows of it."""

    ON = enum.auto()
    OFF = enum.auto()
    LOCKED_OFF = enum.auto()
    DISAGREES = enum.auto()
    NOT_FOUND = enum.auto()
    CATEGORY = enum.auto()
    ELSEWHERE = enum.auto()
    OTHER_SWITCH = enum.auto()
    OTHER_CONTROL = enum.auto()
    NO_SWITCH = enum.auto()
    BLANK = enum.auto()
    UNSETTLED = enum.auto()
    REFUSED = enum.auto()
    NOTHING_YET = enum.auto()


# Decided as soon as they have stood for SETTLE; all but ON and these wait for the whole time-out.
_SETTLING = frozenset({Shows.OFF, Shows.NOT_FOUND, Shows.CATEGORY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one fresh load of a setting's page showed; `sight` is None if the page never showed itself."""

    shows: Shows
    at: datetime
    sight: Sight | None

    @property
    def card(self) -> tuple[float, float, float, float] | None:
        """The setting's card: x, y, width, height in pixels of the whole page."""
        return self.sight.switches[0].card if self.sight and self.sight.switches else None

    @property
    def enabled(self) -> bool:
        """Whether the switch can be turned."""
        return bool(self.sight and self.sight.switches and all(box.enabled for box in self.sight.switches))

    def facts(self, key: str) -> dict[str, object]:
        """Return what the evidence keeps of it as text."""
        sight = self.sight
        box = sight.switches[0] if sight and sight.switches else None
        return {
            "at": self.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "url": without_values(sight.href) if sight else None,
            "title": sight.title if sight else None,
            "heading": sight.heading if sight else None,
            "lang": sight.lang if sight else None,
            "key": key,
            "checked": box.checked if box and self.shows is not Shows.DISAGREES else None,
            "enabled": box.enabled if box else None,
            "label": box.label if box else None,
            "description": sight.description if sight else None,
            "found_by": "aria-labelledby" if box else None,
        }


def read(stay: Stay, setting: Setting) -> Seen:
    """Given a stay, load the setting's page afresh and return what it shows.

    ON counts at once, locked only if it stays so. OFF counts if it stood unchanged and enabled for 750 ms in
    which the document was complete, showed no sign of loading and waited for no answer of the site.
    Raise what `Stay.at` raises. Source: linkedin.md 3, "Loading" and "Which element".
    """
    return stay.at(setting.path, lambda loaded: settle(stay, setting, loaded))


def read_at(stay: Stay, setting: Setting, path: str) -> Seen:
    """Given a stay, return what another page than the setting's own shows of it."""
    return stay.at(path, lambda loaded: settle(stay, setting, loaded))


def settle(stay: Stay, setting: Setting, loaded: Loaded) -> Seen:
    """Given a stay on a page that has just begun to load, watch it until it says what it shows.

    A document that the site calls an error, or whose answer nobody saw, is only waited for to be left.
    """
    deadline = time.monotonic() + stay.timeout
    last: tuple[object, ...] = ()
    since = time.monotonic()
    while True:
        sight = stay.look(setting.key)
        now = time.monotonic()
        shows = Shows.NOTHING_YET if sight is None else shown(sight, setting)
        if shows in {Shows.OFF, Shows.NO_SWITCH} and loaded.status != SUCCESS:
            shows = Shows.REFUSED
        mark = (shows, sight.href, sight.switches) if sight else (shows,)
        if mark != last:
            last, since = mark, now
        if not _at_rest(stay, sight):
            since = now
        settled = now - since >= SETTLE
        turnable = shows is Shows.ON and sight is not None and all(box.enabled for box in sight.switches)
        if turnable or (shows in _SETTLING and settled):
            return Seen(shows=shows, at=datetime.now(UTC), sight=sight)
        if now >= deadline:
            return Seen(
                shows=_at_the_end(shows, sight, at_rest=_at_rest(stay, sight)),
                at=datetime.now(UTC),
                sight=sight,
            )
        pause(stay.page, POLL)


def _at_rest(stay: Stay, sight: Sight | None) -> bool:
    """Return whether the page has loaded, shows no sign of going on, and waits for no answer of the site."""
    return sight is not None and sight.ready and not sight.busy and stay.waits_for_nothing


def glance(page: "Page", setting: Setting) -> Seen:
    """Given a page, return what it shows at this moment of the setting: of the act, not of its effect."""
    sight = look(page, setting.key)
    shows = Shows.NOTHING_YET if sight is None else shown(sight, setting)
    return Seen(shows=shows, at=datetime.now(UTC), sight=sight)


def shown(sight: Sight, setting: Setting) -> Shows:
    """Given what a page shows at one moment, return what that says of the setting. Pure."""
    boxes = sight.switches
    if boxes:
        if len({box.checked for box in boxes}) > 1 or any(box.mixed for box in boxes):
            return Shows.DISAGREES
        if boxes[0].checked:
            return Shows.ON
        if any(box.aria == "true" for box in boxes):
            return Shows.DISAGREES
        return Shows.OFF if all(box.enabled for box in boxes) else Shows.LOCKED_OFF
    path = path_in(sight.href)
    if path == NOT_FOUND_PATH:
        return Shows.NOT_FOUND
    if path == setting.category:
        return Shows.CATEGORY
    if path != setting.path:
        return Shows.ELSEWHERE
    if sight.controls and sight.controls.other_keys:
        return Shows.OTHER_SWITCH
    if sight.controls and sight.controls.any:
        return Shows.OTHER_CONTROL
    return Shows.NO_SWITCH if sight.text else Shows.BLANK


def _at_the_end(shows: Shows, sight: Sight | None, *, at_rest: bool) -> Shows:
    """Return what an undecided page counts as when the time is up."""
    if sight is None:
        return Shows.NOTHING_YET
    if shows is Shows.BLANK and not sight.ready:
        return Shows.NOTHING_YET
    if shows in {Shows.ON, Shows.LOCKED_OFF, Shows.DISAGREES} or (at_rest and shows not in _SETTLING):
        return shows
    return Shows.UNSETTLED


def turn_off(stay: Stay, setting: Setting) -> None:
    """Given a stay on the page that has just shown the setting ON, click its switch until it shows off.

    At most four ways to click, up to 1 s after each; the box is read again before the next. A dialog that
    appears is never answered and ends the attempt. Returns nothing: read again after a fresh load. Raise
    AnotherMember or SignInStopped, with nothing clicked, if the page meanwhile shows that it is not ours.
    Source: linkedin.md 3, "Clicking".
    """
    wait(
        stay.page,
        READY_PATIENCE,
        lambda: _at_rest(stay, stay.look()) and (stay.recognised or stay.expected is None),
    )
    page = stay.page
    before = stay.look(setting.key)
    for act in (_click_pill, _click_label, _uncheck, _press_inside):
        now = look(page, setting.key)
        if now is None or before is None or not _is_on(now):
            return
        if now.dialog and not before.dialog:
            return
        act(page, setting.key)
        if wait(page, FLIP_PATIENCE, lambda: _has_flipped(page, setting.key)):
            return


def _is_on(sight: Sight) -> bool:
    """Return whether every box with the key is checked."""
    return bool(sight.switches) and all(box.checked for box in sight.switches)


def _has_flipped(page: "Page", key: str) -> bool:
    """Return whether the box is there and unchecked."""
    sight = look(page, key)
    return sight is not None and bool(sight.switches) and not _is_on(sight)


def _click_pill(page: "Page", key: str) -> None:
    """Click the visible pill that covers the box (buddy, 2026-03)."""
    _click(page, "pill", key)


def _click_label(page: "Page", key: str) -> None:
    """Click the label of the box."""
    _click(page, "label", key)


def _click(page: "Page", what: str, key: str) -> None:
    """Click what page.js finds; something else in the way of the pointer is left alone."""

    def click() -> None:
        found = element(page, what, key=key)
        if found is not None:
            found.click(timeout=FLIP_PATIENCE * 1000)

    _quietly(click)


def _uncheck(page: "Page", key: str) -> None:
    """Click at the place of the box itself, unless something foreign lies over it."""

    def force() -> None:
        box = element(page, "box", key=key)
        if box is not None and call(page, "uncovered", key=key):
            box.uncheck(force=True, timeout=FLIP_PATIENCE * 1000)

    _quietly(force)


def _press_inside(page: "Page", key: str) -> None:
    """Let the page itself click the box (brave, 2026-08)."""
    _quietly(lambda: call(page, "press", key=key))


def _quietly(act: Callable[[], object]) -> None:
    """Do an act whose failure only means that the next way is tried."""
    from playwright.sync_api import Error

    try:
        act()
    except Error:
        return
