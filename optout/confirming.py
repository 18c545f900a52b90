"""Hear the other witnesses of a visit: the rows of the lists, the page left open, a load at the end."""

import time

from optout.errors import OptoutError, PersonNeeded, Throttled
from optout.linkedin import menu, news, switch
from optout.linkedin.catalogue import Setting
from optout.linkedin.reading import at_a_glance
from optout.linkedin.sight import pause
from optout.looking import Case, Scene, hindered, is_only_here, prove
from optout.notebook import LAST, STOOD, reason_of
from optout.verdict import Listed, Look, Reading

STANDS = 3.0  # seconds for which a page has to show OFF; it may have been drawn before its state was known


def compare_with_rows(scene: Scene) -> None:
    """Read the category pages, and note what the rows say of each setting and what is new there.

    Both are read, whichever settings were asked for: a new row may stand on either.
    """
    settings = scene.errand.settings
    for category in dict.fromkeys([*(setting.category for setting in settings), *news.PAGES]):
        here = [setting for setting in settings if setting.category == category]
        if not scene.over:
            _read_rows(scene, category, here)
        listed = scene.book.menus.get(category)
        if listed is None:
            continue
        known = scene.past.lists.get(category)
        present = [setting for setting in here if _was_present(scene.cases.get(setting.name))]
        scene.book.note(news.of_rows(listed, known, present))
        scene.past.lists[category] = news.rows_after(listed, known)
        for case in [scene.cases[each.name] for each in here if each.name in scene.cases]:
            case.row = menu.says(listed, case.setting)
            if case.is_off and case.row is Listed.ON and not scene.over:
                _look_at_both(scene, case)


def confirm(scene: Scene) -> None:
    """For each setting that a fresh load showed off, look at that page again, and load it once more if due.

    The page was left open: it may have been drawn before its state was known. One that no longer shows it
    off, or was loaded before the last click of the visit, is loaded once more: a click may have turned more
    than its own switch.
    """
    for case in scene.cases.values():
        if not case.is_off:
            continue
        case.stood = _stood(scene, case)
        turned = case.stood is not None and (case.stood.conflict or case.stood.reading is Reading.ON)
        if (turned or case.looked < scene.clicked) and not scene.over:
            scene.tell(f"looking once more: {case.setting.title}")
            try:
                case.last = prove(scene, case.setting, LAST)
            except OptoutError as error:
                case.last = hindered(scene, error)


def _read_rows(scene: Scene, category: str, settings: list[Setting]) -> None:
    """Read the rows of a category page, unless that was done; what hinders it takes nothing from a proof."""
    scene.tell(f"looking for new rows: {news.PAGES.get(category, category)}")
    try:
        if category not in scene.book.menus:
            scene.book.menus[category] = menu.read(
                scene.stay, category, settings, scene.past.known_paths(category)
            )
    except OptoutError as error:
        scene.tell(f"not read: {reason_of(error)}")
        if isinstance(error, Throttled) or (isinstance(error, PersonNeeded) and not is_only_here(error)):
            scene.stop = error
            for case in [scene.cases[each.name] for each in settings if each.name in scene.cases]:
                case.remark = f"its row could not be compared: {reason_of(error)}"
    scene.book.walked(scene.stay.loads, None)


def _look_at_both(scene: Scene, case: Case) -> None:
    """Where a row says On of a switch read off, load the setting and its list once more; note what they say.

    A list that cannot be read again leaves the row as it was: in doubt.
    """
    setting = case.setting
    try:
        control = prove(scene, setting)
        if control.reading is Reading.OFF:
            again = menu.read(scene.stay, setting.category, [setting])
            case.row = menu.says(again, setting) or case.row
            if case.row is Listed.ON:
                scene.book.capture_menu(scene.stay, setting)
    except OptoutError as error:
        control = hindered(scene, error)
    case.control, case.looked = control, time.monotonic()
    scene.book.walked(scene.stay.loads, setting)


def _stood(scene: Scene, case: Case) -> Look | None:
    """Look at the page that was left open, once it has stood for long enough; None if it is not there."""
    if case.setting.name not in scene.stay.left_open:
        return None
    page = scene.stay.left_open[case.setting.name]
    try:
        pause(scene.stay.page, max(0.0, case.since + STANDS - time.monotonic()))  # most went by already
        seen = switch.glance(page, case.setting)
    except OptoutError as error:
        return hindered(scene, error)
    look = at_a_glance(seen)
    if look.conflict or look.reading is Reading.ON:
        scene.book.capture(scene.stay, case.setting, STOOD, seen, full=True)
    else:
        scene.book.remark(case.setting, STOOD, seen)
    return look


def _was_present(case: Case | None) -> bool:
    """Return whether a setting showed a switch, and so ought to have a row."""
    return case is not None and case.before.reading in {Reading.ON, Reading.OFF}
