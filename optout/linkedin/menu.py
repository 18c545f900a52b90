"""The rows of a category page: is a setting offered or not, and is there something new."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from optout.linkedin.address import path_in
from optout.linkedin.catalogue import CATALOGUE, KNOWN_ROWS, Setting
from optout.linkedin.load import Loaded
from optout.linkedin.reading import ABSENT, LOOKS
from optout.linkedin.sight import POLL, Sight, call, pause
from optout.linkedin.stay import Stay
from optout.linkedin.switch import Seen, Shows
from optout.verdict import Cause, Listed, Look, Reading, unreadable

if TYPE_CHECKING:
    from playwright.sync_api import Page

SETTLE = 0.75  # seconds without a change when every wanted row is there
ABSENT_SETTLE = 3.0  # seconds without a change before a row counts as missing; rows may come in portions
ENOUGH_KNOWN = 3  # known rows that show the list to be the real one (linkedin.md 4c)
MOST_UNKNOWN = 5  # unknown rows that are looked into (linkedin.md 4d)
# Only rows of settings count; a page also links to help, profiles and its own categories.
SETTINGS_ROOTS = ("/mypreferences/", "/psettings/", "/mysettings/")
CATEGORY_ROOT = "/mypreferences/d/categories"
PRESENT = frozenset(
    {Shows.ON, Shows.OFF, Shows.LOCKED_OFF, Shows.DISAGREES, Shows.KEY_ELSEWHERE, Shows.KEY_OTHERWISE}
)
# What an unknown row's page has to show for it not to be the setting; one that shows less may still be it.
OF_ANOTHER = ABSENT | {Shows.ELSEWHERE, Shows.OTHER_SWITCH, Shows.OTHER_CONTROL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: the path it leads to, its label, and the word for its state if it shows one."""

    path: str
    label: str
    state: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """The rows of one category page after they had settled; `complete` is False if they never did.

    Nor is a list complete that has a button, or a part that is folded up: there may be more behind it.
    `failed` says why: the page broke off, or the site left it unanswered. `patient` says that they were given
    the time that a missing row may need.
    """

    category: str
    rows: tuple[Row, ...]
    lang: str
    complete: bool
    failed: bool = False
    patient: bool = False

    def row(self, setting: Setting) -> Row | None:
        """Return the row that leads to the setting."""
        return next((row for row in self.rows if row.path == setting.path), None)

    @property
    def known(self) -> int:
        """How many rows are ones that were seen before on the real page."""
        return len({row.path for row in self.rows} & KNOWN_ROWS.get(self.category, frozenset()))

    @property
    def unknown(self) -> tuple[Row, ...]:
        """The rows that lead to settings pages nobody has described."""
        described = {path for rows in KNOWN_ROWS.values() for path in rows}
        described |= {setting.path for setting in CATALOGUE.values()}
        return tuple(row for row in self.rows if row.path not in described)


def read(stay: Stay, category: str, wanted: Iterable[Setting], known: frozenset[str] = frozenset()) -> Menu:
    """Given a stay and the settings whose rows are wanted, load the category page afresh and return its rows.

    Rows may come in portions: with a wanted row missing, or one whose path is `known` from earlier, wait 3 s
    for another, or a third of the time-out if that is longer. Raise what `Stay.at` raises.
    """
    paths = known | {setting.path for setting in wanted}
    return stay.at(category, lambda loaded: _settle(stay, category, paths, loaded))


def _settle(stay: Stay, category: str, paths: frozenset[str], loaded: Loaded) -> Menu:
    """Watch the rows until they no longer change."""
    patience = max(ABSENT_SETTLE, stay.timeout / 3)
    deadline = time.monotonic() + stay.timeout + patience
    last: tuple[Row, ...] | None = None
    since = time.monotonic()
    while True:
        sight = stay.look()
        rows = _rows(stay.page) if sight else ()
        now = time.monotonic()
        if rows != last or not stay.waits_for_nothing:
            last, since = rows, now
        there = paths <= {row.path for row in rows}
        quiet = now - since >= (SETTLE if there else patience)
        if sight and rows and quiet and sight.ready and not sight.busy:
            failed = stay.failure is not None or loaded.open_ended
            whole = path_in(sight.href) == category and not failed and not _is_folded(stay.page)
            menu = _menu(category, rows, sight, complete=whole, failed=failed)
            return replace(menu, patient=now - since >= patience)
        if now >= deadline or stay.was_cut_short:
            failed = stay.was_cut_short or stay.failure is not None or not stay.waits_for_nothing
            return _menu(category, rows, sight, complete=False, failed=failed)
        pause(stay.page, POLL)


def _menu(category: str, rows: tuple[Row, ...], sight: Sight | None, *, complete: bool, failed: bool) -> Menu:
    """Return the menu as it stands."""
    return Menu(
        category=category, rows=rows, lang=sight.lang if sight else "", complete=complete, failed=failed
    )


def _is_folded(page: "Page") -> bool:
    """Return whether the list may hold rows that are not there yet: behind a button, or folded up."""
    from playwright.sync_api import Error

    try:
        return bool(call(page, "folded"))
    except Error:
        return True


def _rows(page: "Page") -> tuple[Row, ...]:
    """Return the rows of the page, in order, each path once. A row that is hidden still counts as there."""
    from playwright.sync_api import Error

    try:
        raw = call(page, "rows")
    except Error:
        return ()
    rows: dict[str, Row] = {}
    for link in raw:
        path = str(link["path"])
        described = any(path in known for known in KNOWN_ROWS.values())
        if (
            path in rows
            or path.startswith(CATEGORY_ROOT)
            or not (described or path.startswith(SETTINGS_ROOTS))
        ):
            continue
        lines = [str(line) for line in link["lines"]]
        rows[path] = Row(
            path=path, label=lines[0] if lines else "", state=lines[-1] if len(lines) > 1 else None
        )
    return tuple(rows.values())


def offered(
    setting: Setting, seen: Seen, menu: Menu, *, read_earlier: bool, look_into: Callable[[Row], Shows]
) -> Look:
    """Given a setting's page without its switch and the category page, return NOT_OFFERED or UNREADABLE.

    `read_earlier` says that an earlier run read the setting ON or OFF; `look_into` loads the page behind an
    unknown row and returns what it shows of the setting. Source: linkedin.md 4, all of (a) to (e).
    """
    if seen.shows not in ABSENT:
        return unreadable("its page shows something that nobody has described")
    if read_earlier and seen.shows is Shows.NO_SWITCH:
        return unreadable("it was offered before; now its page shows no switch")
    if menu.row(setting) is not None:
        if seen.shows is Shows.NO_SWITCH:
            return unreadable("the category page lists it, but its page shows no switch")
        return unreadable("the category page lists it, but its page is not there", conflict=True)
    if menu.failed:
        return unreadable(
            "its page shows no switch, and the site did not send the whole category page", cause=Cause.SITE
        )
    if not menu.complete or menu.known < ENOUGH_KNOWN:
        return unreadable("its page shows no switch, and the category page cannot be read to say why")
    if read_earlier and menu.unknown:
        return unreadable("it was offered before; now its row is gone and an unknown row is there")
    if len(menu.unknown) > MOST_UNKNOWN:
        return unreadable(
            f"its row is missing and {len(menu.unknown)} rows are unknown: the pages have changed"
        )
    for row in menu.unknown:
        behind = look_into(row)
        if behind in PRESENT:
            return unreadable(f"its switch has moved to {row.path}")
        if behind not in OF_ANOTHER:
            cause = LOOKS[behind].cause or Cause.PAGE
            return unreadable(
                f"its row is missing, and an unknown one leads to {row.path}, unread", cause=cause
            )
    rule = f" ({setting.region_rule})" if setting.region_rule else ""
    return Look(
        reading=Reading.NOT_OFFERED,
        reason=f"not offered: its page shows no switch and the complete category page has no such row{rule}",
    )


def says(menu: Menu, setting: Setting) -> Listed | None:
    """Given the category page, return what it says of a setting.

    None if it lacks the row and may be unfinished. A row's word for the state is believed in English only
    (linkedin.md 4), and never where its page has several settings: it speaks of none of them alone.
    """
    row = menu.row(setting)
    if row is None:
        return Listed.MISSING if menu.complete else None
    shared = sum(each.path == setting.path for each in CATALOGUE.values()) > 1
    if shared or not menu.lang.lower().startswith("en"):
        return Listed.LISTED
    return {"on": Listed.ON, "off": Listed.OFF}.get((row.state or "").strip().lower(), Listed.LISTED)
