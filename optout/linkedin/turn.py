"""Turn a switch off, as a person would. A click proves nothing."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from optout.linkedin.catalogue import Setting
from optout.linkedin.sight import Sight, call, element, look, wait
from optout.linkedin.stay import Stay
from optout.linkedin.switch import at_rest

if TYPE_CHECKING:
    from playwright.sync_api import Page

READY_PATIENCE = 5.0  # seconds a page has to finish loading, and its box to be free, before a click
FLIP_PATIENCE = 1.0  # seconds a click has to flip the box; a click too many turns it on again


def turn_off(stay: Stay, setting: Setting, *, refused: Callable[[], bool]) -> None:
    """Given a stay on the page that has just shown the setting ON, click its switch until it shows off.

    At most four ways to click, up to 1 s after each; the box is read again before the next. `refused` says
    that the site has answered the saving with an error: then no other way is tried. A dialog that appears is
    never answered and ends the attempt. Returns nothing: read again after a fresh load. Raise
    AnotherMember or SignInStopped, with nothing clicked, if the page meanwhile shows that it is not ours.
    Source: linkedin.md 3, "Clicking".
    """
    page, key = stay.page, setting.key
    wait(page, READY_PATIENCE, lambda: at_rest(stay, stay.look()))
    before = stay.look(key)
    if before is None:
        return
    stay.before_a_click()
    for act in (_click_face, _click_label, _uncheck, _press_inside):
        # While a page saves, its box may stay on and locked; a click then would fall on what turned off.
        wait(page, READY_PATIENCE, lambda: (now := look(page, key)) is None or not _is_busy(now))
        now = look(page, key)
        if now is None or refused() or not _is_on(now) or (now.dialog and not before.dialog):
            return
        act(page, key)
        if wait(page, FLIP_PATIENCE, lambda: _has_flipped(page, key)):
            return


def _is_busy(sight: Sight) -> bool:
    """Return whether the box is on and cannot be turned just now."""
    return _is_on(sight) and not all(box.enabled for box in sight.switches)


def _is_on(sight: Sight) -> bool:
    """Return whether every box with the key is checked."""
    return bool(sight.switches) and all(box.checked for box in sight.switches)


def _has_flipped(page: "Page", key: str) -> bool:
    """Return whether the box is there and unchecked."""
    sight = look(page, key)
    return sight is not None and bool(sight.switches) and not _is_on(sight)


def _click_face(page: "Page", key: str) -> None:
    """Click the box where it lies bare, or the visible pill that covers it (buddy, 2026-03)."""
    _click(page, "face", key)


def _click_label(page: "Page", key: str) -> None:
    """Click the label of the box, on its own words."""
    _click(page, "label", key)


def _click(page: "Page", what: str, key: str) -> None:
    """Click what page.js finds, where it says; a click that would fall on anything else is not made."""

    def click() -> None:
        found, place = element(page, "target", what=what, key=key), call(page, "place", what=what, key=key)
        if found is not None and place is not None:
            found.click(position=place, timeout=FLIP_PATIENCE * 1000)

    _quietly(click)


def _uncheck(page: "Page", key: str) -> None:
    """Click at the place of the box itself, unless something foreign lies over it."""

    def force() -> None:
        box, place = element(page, "target", what="box", key=key), call(page, "place", what="box", key=key)
        if box is not None and place is not None:
            box.uncheck(force=True, position=place, timeout=FLIP_PATIENCE * 1000)

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
