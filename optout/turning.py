"""Examine one setting: look, switch it off if that is the errand, and prove it on two fresh loads."""

import time
from dataclasses import replace

from optout.browser import listen
from optout.errand import SwitchOff
from optout.errors import OptoutError
from optout.linkedin import menu, switch
from optout.linkedin.catalogue import Setting
from optout.linkedin.load import asks_for_calm
from optout.linkedin.sight import pause
from optout.linkedin.turn import turn_off
from optout.looking import Case, Scene, hindered, look, prove
from optout.notebook import BEFORE, SECOND
from optout.verdict import Look, Reading, Saving

LAG = 2.0  # seconds before one more load if the first one after a click still shows the switch on
SETTLED = 2.0  # seconds after a click from which a load shows what the site has kept, and not what it echoes
PATIENT_QUIET = 3.0  # seconds in which a page that did nothing at the first click may begin to save


def examine(scene: Scene, setting: Setting) -> None:
    """Given a setting, look at it, switch it off if that is the errand, and look again on a fresh load."""
    settings = scene.errand.settings
    scene.tell(f"reading {settings.index(setting) + 1} of {len(settings)}: {setting.title}")
    before = look(scene, setting, BEFORE)
    case = scene.cases[setting.name] = Case(setting=setting, before=before, control=before)
    listed = scene.book.menus.get(setting.category)
    case.row = menu.says(listed, setting) if listed else None
    if before.reading is Reading.ON and scene.wants_off(setting) and not scene.book.is_locked(setting):
        if scene.errand.switch_off is SwitchOff.CAME_BACK:
            scene.book.announce_click(setting, scene.past.broken_off.get(setting.name, ()))
        turn(scene, case)
    elif case.is_off:
        _leave_open(scene, case)


def turn(scene: Scene, case: Case) -> None:
    """Given a setting whose page showed its switch on, click it and note what fresh loads show afterwards.

    Still on, load once more after a while, as a site may lag. If the page did nothing that could be heard, it
    may not have been ready for the click: then click once more.
    """
    setting = case.setting
    scene.tell(f"switching off: {setting.title}")
    case.clicked, case.control = True, None
    try:
        heard, words, control = _click_and_prove(scene, case, listen.QUIET)
        if control.reading is Reading.ON and not heard:
            pause(scene.stay.page, LAG)
            _, words, control = _click_and_prove(scene, case, PATIENT_QUIET)
    except OptoutError as error:
        case.control = hindered(scene, error)
        return
    first = "switched off; " if control.reading is Reading.OFF else "clicked, then: "
    case.control = replace(control, reason=first + control.reason + (f" ({words})" if words else ""))
    if case.is_off:
        _leave_open(scene, case)
        _look_again(scene, case)


def _leave_open(scene: Scene, case: Case) -> None:
    """Leave the page that has just shown the setting off as it is, to be looked at again."""
    case.looked = time.monotonic()
    case.since = case.looked - switch.SETTLE
    scene.stay.leave_open(case.setting.name)


def _look_again(scene: Scene, case: Case) -> None:
    """Load the page of a setting that was switched off a second time, 2 s after the click or more."""
    if scene.over:
        return
    scene.tell(f"looking once more: {case.setting.title}")
    try:
        pause(scene.stay.page, max(0.0, scene.clicked + SETTLED - time.monotonic()))
        case.second = prove(scene, case.setting, SECOND)
        case.looked = time.monotonic()
    except OptoutError as error:
        case.second = hindered(scene, error)


def _click_and_prove(scene: Scene, case: Case, quiet: float) -> tuple[bool, str, Look]:
    """Click the switch, load its page afresh; return whether anything was heard, what, and the look.

    Still on although something was heard, or after the patient click, load once more after a while.
    """
    heard, words = _click(scene, case, quiet)
    scene.tell(f"proving on a fresh load: {case.setting.title}")
    control = prove(scene, case.setting)
    if control.reading is Reading.ON and (heard or quiet == PATIENT_QUIET) and not scene.over:
        pause(scene.stay.page, LAG)
        control = prove(scene, case.setting)
    return heard, words, control


def _click(scene: Scene, case: Case, quiet: float) -> tuple[bool, str]:
    """Click the switch, outlast the saving, photograph the act.

    Return whether the page did anything that could be heard, and what was heard: neither is a proof.
    """
    setting = case.setting
    page, key = scene.stay.page, setting.key
    with listen.listening(page) as heard:
        try:
            turn_off(scene.stay, setting, refused=lambda: heard.refused(key) or heard.asks)
            heard.outlast(key, scene.stay.timeout, quiet=quiet)
        finally:  # a click that ended in trouble may have turned something as well
            scene.clicked = time.monotonic()
    case.saving = _saving(heard, key)
    calm = heard.asked_for_calm(key)
    if calm is not None:  # one fresh load tells what became of the click; nothing is loaded after it
        scene.stop = asks_for_calm(calm)
    shown = switch.glance(page, setting)
    scene.book.capture(scene.stay, setting, "after", shown, full=True)
    if shown.sight and shown.sight.dialog:
        return True, "a dialog stood open and was not answered"
    return heard.anything, heard.sentence(key)


def _saving(heard: listen.Heard, key: str) -> Saving | None:
    """Return how the site answered the saving of a key, None if no saving was heard."""
    if not heard.saved(key):
        return None
    if heard.unanswered(key):
        return Saving.UNANSWERED
    return Saving.REFUSED if heard.refused(key) else Saving.ACCEPTED
