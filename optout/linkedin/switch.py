"""Read a setting from its own page. Never judge."""

import enum
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from optout.linkedin.address import path_in, without_values
from optout.linkedin.catalogue import NOT_FOUND_PATH, Setting
from optout.linkedin.load import Loaded, written
from optout.linkedin.sight import Sight, look
from optout.linkedin.stay import Stay
from optout.verdict import Cause

if TYPE_CHECKING:
    from playwright.sync_api import Page

SUCCESS = 200
SETTLE = 0.75  # seconds for which OFF has to stand unchanged; a first state may be a default (linkedin.md 3)


class Shows(enum.Enum):
    """What a setting's page shows of it."""

    ON = enum.auto()
    OFF = enum.auto()
    LOCKED_OFF = enum.auto()
    DISAGREES = enum.auto()
    NOT_FOUND = enum.auto()
    CATEGORY = enum.auto()
    ELSEWHERE = enum.auto()
    KEY_ELSEWHERE = enum.auto()
    KEY_OTHERWISE = enum.auto()
    OTHER_SWITCH = enum.auto()
    OTHER_CONTROL = enum.auto()
    NO_SWITCH = enum.auto()
    BLANK = enum.auto()
    UNSETTLED = enum.auto()
    REFUSED = enum.auto()
    FAILED = enum.auto()
    TURNED_AWAY = enum.auto()
    CUT_SHORT = enum.auto()
    OPEN_ENDED = enum.auto()
    WAITING = enum.auto()
    NOTHING_YET = enum.auto()


NOT_ITS_STATE = frozenset({Shows.DISAGREES, Shows.KEY_ELSEWHERE})
AGAIN = frozenset({Shows.FAILED, Shows.TURNED_AWAY, Shows.CUT_SHORT})  # what one more load may cure
# What a page says by what it lacks or by a switch that is off: nothing, unless it had all its answers.
DOUBTED = frozenset({Shows.OFF, Shows.NO_SWITCH, Shows.NOT_FOUND, Shows.CATEGORY})
LAST_WORDS = frozenset(
    {Shows.ON, Shows.LOCKED_OFF, Shows.DISAGREES, Shows.FAILED, Shows.TURNED_AWAY, Shows.OPEN_ENDED}
)


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
            "at": written(self.at),
            "url": without_values(sight.href) if sight else None,
            "title": sight.title if sight else None,
            "heading": sight.heading if sight else None,
            "lang": sight.lang if sight else None,
            "key": key,
            "checked": box.checked if box and self.shows not in NOT_ITS_STATE else None,
            "enabled": box.enabled if box else None,
            "label": box.label if box else None,
            "description": sight.description if sight else None,
            "found_by": "aria-labelledby" if box else None,
        }


def read(stay: Stay, setting: Setting) -> Seen:
    """Given a stay, load the setting's page afresh and return what it shows.

    ON counts at once, locked only if it stays so. OFF counts if it stood unchanged and enabled for 750 ms in
    which the document was complete, showed no sign of loading and waited for no answer of the site.
    Where the site failed to answer its own page, or broke it off, load it once more.
    Raise what `Stay.at` raises. Source: linkedin.md 3, "Loading" and "Which element".
    """
    seen = read_at(stay, setting, setting.path)
    return read_at(stay, setting, setting.path) if seen.shows in AGAIN else seen


def read_at(stay: Stay, setting: Setting, path: str) -> Seen:
    """Given a stay, return what another page than the setting's own shows of it."""
    return stay.at(path, lambda loaded: settle(stay, setting, loaded, path))


def settle(stay: Stay, setting: Setting, loaded: Loaded, path: str) -> Seen:
    """Given a stay on a page that has just begun to load at `path`, watch it until it says what it shows."""
    deadline = stay.clock.now() + stay.timeout
    last: tuple[object, ...] = ()
    since = stay.clock.now()
    while True:
        sight = stay.look(setting.key)
        now = stay.clock.now()
        shows = _believed(stay, loaded, Shows.NOTHING_YET if sight is None else shown(sight, setting, path))
        mark = (shows, sight.href, sight.document, sight.switches, sight.echoes) if sight else (shows,)
        if mark != last or not at_rest(stay, sight):
            last, since = mark, now
        if _decides(shows, sight, loaded) and (shows is Shows.ON or now - since >= SETTLE):
            return Seen(shows=shows, at=datetime.now(UTC), sight=sight)
        if now >= deadline or shows is Shows.CUT_SHORT:
            return Seen(shows=_at_the_end(stay, shows, sight), at=datetime.now(UTC), sight=sight)
        stay.clock.pause(stay.page, stay.clock.poll)


def _believed(stay: Stay, loaded: Loaded, shows: Shows) -> Shows:
    """Return what a page shows, unless the site called it an error, failed what it asked for or broke off."""
    if stay.was_cut_short and shows is not Shows.ON:
        return Shows.CUT_SHORT
    if shows in {Shows.OFF, Shows.NO_SWITCH} and loaded.status != SUCCESS:
        return Shows.REFUSED
    if shows in DOUBTED and stay.failure is not None:
        return Shows.TURNED_AWAY if stay.failure is Cause.PERSON else Shows.FAILED
    if shows in {Shows.OFF, Shows.NO_SWITCH} and loaded.open_ended:
        return Shows.OPEN_ENDED
    return shows


def _decides(shows: Shows, sight: Sight | None, loaded: Loaded) -> bool:
    """Return whether a page that shows this needs no more waiting than to stand still.

    A switch that cannot be turned may still be loading; a page that went elsewhere by itself may come back.
    """
    if sight is None:
        return False
    if shows is Shows.ON:
        return all(box.enabled for box in sight.switches)
    if shows in {Shows.NOT_FOUND, Shows.CATEGORY}:
        return path_in(loaded.shown) == path_in(sight.href)
    return shows is Shows.OFF


def at_rest(stay: Stay, sight: Sight | None) -> bool:
    """Given a stay and what its page shows, return whether it has loaded and waits for no answer."""
    return sight is not None and sight.ready and not sight.busy and stay.waits_for_nothing


def glance(page: "Page", setting: Setting) -> Seen:
    """Given a page, return what it shows at this moment of the setting: of the act, not of its effect."""
    sight = look(page, setting.key)
    shows = Shows.NOTHING_YET if sight is None else shown(sight, setting, setting.path)
    return Seen(shows=shows, at=datetime.now(UTC), sight=sight)


def shown(sight: Sight, setting: Setting, asked: str) -> Shows:
    """Given what a page shows at one moment and the path that was asked for, return what that says. Pure.

    A key that stands anywhere on the page, whatever carries it, is never "no switch".
    """
    path = path_in(sight.href)
    if sight.switches:
        return _of_boxes(sight) if path == path_in(asked) else Shows.KEY_ELSEWHERE
    if sight.controls and sight.controls.traces:
        return Shows.KEY_OTHERWISE
    if path == NOT_FOUND_PATH:
        return Shows.NOT_FOUND
    if path == setting.category:
        return Shows.CATEGORY
    if path != path_in(asked):
        return Shows.ELSEWHERE
    if sight.controls and sight.controls.other_keys:
        return Shows.OTHER_SWITCH
    if sight.controls and sight.controls.any:
        return Shows.OTHER_CONTROL
    return Shows.NO_SWITCH if sight.text else Shows.BLANK


def _of_boxes(sight: Sight) -> Shows:
    """Return what the boxes with the key say together; a witness that says otherwise is not outvoted."""
    boxes = sight.switches
    if len({box.checked for box in boxes} | set(sight.echoes)) > 1 or any(box.mixed for box in boxes):
        return Shows.DISAGREES
    if boxes[0].checked:
        return Shows.ON
    if any(box.aria not in {None, "false"} for box in boxes):
        return Shows.DISAGREES
    return Shows.OFF if all(box.enabled for box in boxes) else Shows.LOCKED_OFF


def _at_the_end(stay: Stay, shows: Shows, sight: Sight | None) -> Shows:
    """Return what an undecided page counts as when the time is up."""
    if shows is Shows.CUT_SHORT:
        return shows
    if sight is None or (shows is Shows.BLANK and not sight.ready):
        return Shows.NOTHING_YET
    if shows in LAST_WORDS:
        return shows
    if not stay.waits_for_nothing:
        return Shows.WAITING
    if shows is Shows.OFF or not at_rest(stay, sight):
        return Shows.UNSETTLED
    return shows
