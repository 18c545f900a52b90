"""Look at a setting, turn it, look again: the steps of a visit and what each leaves in its notebook."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from optout.browser import listen
from optout.errand import Errand, SwitchOff
from optout.errors import OptoutError, PersonNeeded, SignInStopped, Throttled
from optout.evidence.history import History
from optout.linkedin import address, member, menu, news, switch
from optout.linkedin.catalogue import Setting
from optout.linkedin.reading import reading, unreadable
from optout.linkedin.sight import pause
from optout.linkedin.stay import Stay
from optout.linkedin.switch import Shows
from optout.linkedin.turn import turn_off
from optout.notebook import DECIDING, Notebook, reason_of
from optout.verdict import Cause, Finding, Look, Reading, conclude

LAST = "last"  # the stage of the look at the end of the visit
LAG = 2.0  # seconds before one more load if the first one after a click still shows the switch on
PATIENT_QUIET = 3.0  # seconds in which a page that did nothing at the first click may begin to save


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A setting that was looked at and not concluded yet; `clicked` says that its switch was pressed."""

    before: Look
    clicked: bool


@dataclass(kw_only=True)
class Scene:
    """What the steps of one visit share; `stop` is set once nothing more can be read.

    `begun` holds each setting that was looked at, so that a visit that breaks off still tells.
    """

    errand: Errand
    past: History
    book: Notebook
    tell: Callable[[str], None]
    stay: Stay = field(init=False)
    begun: dict[str, Begun] = field(default_factory=dict)
    stop: OptoutError | None = None

    @property
    def over(self) -> bool:
        """Whether nothing more is loaded in this visit."""
        return self.stop is not None

    def wants_off(self, setting: Setting) -> bool:
        """Given a setting, return whether the errand is to switch it off."""
        match self.errand.switch_off:
            case SwitchOff.ALL:
                return True
            case SwitchOff.CAME_BACK:
                return setting.name in self.past.proved_off
            case SwitchOff.NEVER:
                return False


def look(scene: Scene, setting: Setting, stage: str) -> Look:
    """Given a setting, load its page afresh, read it and photograph it as `stage`; return the look.

    What hinders the reading becomes the look's reason.
    """
    stay = scene.stay
    try:
        seen = switch.read(stay, setting)
        # Whoever it is has to be known before the click, and before anything of theirs is photographed.
        if seen.shows is Shows.ON and seen.enabled and scene.wants_off(setting) and stay.find_member():
            seen = switch.read(stay, setting)
        found = reading(seen, alive=stay.alive)
        scene.book.capture(stay, setting, stage, seen, full=_is_worth_a_page(scene, setting, found))
        scene.book.news += news.of_switch(setting, seen)
        scene.book.news += _wording(scene, setting, seen, stage)
        scene.book.news += [member.CONTRADICTION] if stay.contradicted else []
        found = found or _is_offered(scene, setting, seen)
    except OptoutError as error:
        found = _hindered(scene, error)
    scene.book.walked(stay.loads, setting)
    return found


def turn(scene: Scene, setting: Setting) -> Look:
    """Given the page that showed the switch on, click it and return what fresh loads show afterwards.

    Still on, load once more after a while, as a site may lag. If the page did nothing that could be heard, it
    may not have been ready for the click: then click once more.
    """
    scene.tell(f"switching off: {setting.title}")
    scene.stay.before_a_click()
    after, words = unreadable("not clicked"), ""
    try:
        for quiet in (listen.QUIET, PATIENT_QUIET):
            heard, words = _click(scene, setting, quiet)
            scene.tell(f"proving on a fresh load: {setting.title}")
            after = _prove(scene, setting)
            if after.reading is Reading.ON and (heard or quiet == PATIENT_QUIET):
                pause(scene.stay.page, LAG)
                after = _prove(scene, setting)
            if after.reading is not Reading.ON or heard:
                break
            pause(scene.stay.page, LAG)
    except OptoutError as error:
        return _hindered(scene, error)
    first = "switched off; " if after.reading is Reading.OFF else "clicked, then: "
    return replace(after, reason=first + after.reason + (f" ({words})" if words else ""))


def _prove(scene: Scene, setting: Setting, stage: str = DECIDING) -> Look:
    """Look at the setting on a page that knows nothing of the click."""
    scene.stay.start_afresh()
    return look(scene, setting, stage)


def _click(scene: Scene, setting: Setting, quiet: float) -> tuple[bool, str]:
    """Click the switch, outlast the saving, photograph the act.

    Return whether the page did anything that could be heard, and what was heard: neither is a proof.
    """
    page, key = scene.stay.page, setting.key
    with listen.listening(page) as heard:
        turn_off(scene.stay, setting, refused=lambda: heard.refused(key))
        heard.outlast(key, scene.stay.timeout, quiet=quiet)
    shown = switch.glance(page, setting)
    scene.book.capture(scene.stay, setting, "after", shown, full=False)
    if shown.sight and shown.sight.dialog:
        return True, "a dialog stood open and was not answered"
    return heard.anything, heard.sentence(key)


def _is_offered(scene: Scene, setting: Setting, seen: switch.Seen) -> Look:
    """Let the category page decide whether a setting without a switch is not offered, or not readable."""
    stay = scene.stay
    listed = menu.read(stay, setting.category, [setting])
    scene.book.menus[setting.category] = listed
    scene.book.capture_menu(stay, setting)
    found = menu.offered(
        setting,
        seen,
        listed,
        read_earlier=setting.name in scene.past.read,
        look_into=lambda row: switch.read_at(stay, setting, row.path).shows,
    )
    if found.reading is Reading.NOT_OFFERED and not stay.alive:
        return unreadable("the browser is not signed in any more", cause=Cause.PERSON)
    return found


def compare_with_rows(scene: Scene, findings: list[Finding]) -> list[Finding]:
    """Given the findings, read the category pages; return the findings, changed where a row contradicts."""
    settings = scene.errand.settings
    for category in dict.fromkeys(setting.category for setting in settings):
        if scene.over:
            return findings
        scene.tell(f"looking for new rows: {news.PAGES.get(category, category)}")
        here = [setting for setting in settings if setting.category == category]
        names = {setting.name for setting in here}
        try:
            if category not in scene.book.menus:
                scene.book.menus[category] = menu.read(scene.stay, category, here)
        except OptoutError as error:
            scene.tell(f"not read: {reason_of(error)}")
            if isinstance(error, Throttled):
                scene.stop = error
            if isinstance(error, PersonNeeded) and not _is_only_here(error):
                scene.stop = error
                words = f"its row could not be compared: {reason_of(error)}"
                findings = [
                    replace(each, after=_noted(each.after, words)) if each.name in names else each
                    for each in findings
                ]
        scene.book.walked(scene.stay.loads, None)
        listed = scene.book.menus.get(category)
        if listed is not None:
            seen_before = scene.past.rows.get(category, frozenset())
            scene.book.news += news.of_rows(listed, seen_before, _present(here, findings))
            findings = [_against_row(scene, listed, finding) for finding in findings]
    return findings


def look_once_more(scene: Scene, finding: Finding) -> Finding:
    """Given a finding that says OFF, look a last time before the visit ends, and return the finding.

    The page that showed it off is still open: it may have been drawn before its state was known. What was
    switched off is loaded once more as well: a site that answered from a copy shows now what it has kept.
    A last look that cannot be had takes nothing from what was proved.
    """
    setting = next(each for each in scene.errand.settings if each.name == finding.name)
    clicked = finding.before.reading is Reading.ON
    after = finding.after
    page = scene.stay.left_open.get(finding.name)
    if page is not None and switch.glance(page, setting).shows in {Shows.ON, Shows.DISAGREES}:
        after = unreadable("its page showed it off at first and no longer does", conflict=True)
    elif clicked and not scene.over:
        scene.tell(f"looking once more: {setting.title}")
        again = _prove(scene, setting, LAST)
        if again.reading is Reading.ON or again.conflict:
            scene.book.let_decide(setting, LAST)
            after = again
        elif again.reading is Reading.UNREADABLE:
            after = _noted(after, f"a last look could not be had: {again.reason}")
    return finding_of(scene, setting, finding.before, after, clicked=clicked)


def _noted(look: Look, words: str) -> Look:
    """Given a look, return it with words behind its reason; they change nothing of what was read."""
    return replace(look, reason=f"{look.reason}; {words}")


def _against_row(scene: Scene, listed: menu.Menu, finding: Finding) -> Finding:
    """Where a row says On of a switch read off, load both again: if they still differ, it is a conflict."""
    setting = next(each for each in scene.errand.settings if each.name == finding.name)
    if finding.after.reading is not Reading.OFF or not menu.contradicts(listed, setting):
        return finding
    after = _look_at_both(scene, setting)
    return finding_of(scene, setting, finding.before, after, clicked=finding.before.reading is Reading.ON)


def _look_at_both(scene: Scene, setting: Setting) -> Look:
    """Load the setting's page and its category page once more, and return what they say together."""
    if scene.over:
        return unreadable("its switch showed off, but its row says On, and nothing more could be read")
    after = _prove(scene, setting)
    if after.reading is not Reading.OFF:
        return after
    try:
        again = menu.read(scene.stay, setting.category, [setting])
    except OptoutError as error:
        return _hindered(scene, error)
    if not again.complete and again.row(setting) is None:
        return unreadable("its switch shows off, but its row said On and could not be read again")
    if not menu.contradicts(again, setting):
        return after
    scene.book.capture_menu(scene.stay, setting)
    return unreadable("its switch shows off, but its row on the category page says On", conflict=True)


def finding_of(scene: Scene, setting: Setting, before: Look, after: Look, *, clicked: bool) -> Finding:
    """Given the first and the last look at a setting, return its finding."""
    proved = setting.name in scene.past.proved_off
    return Finding(
        name=setting.name,
        before=before,
        after=after,
        verdict=conclude(before, after, clicked=clicked, proved_off_earlier=proved),
        screenshots=tuple(scene.book.pictures.get(setting.name, ())),
    )


def _hindered(scene: Scene, error: OptoutError) -> Look:
    """Turn what kept a setting from being read into a look; stop where going on would be useless or rude."""
    causes = {cause.value: cause for cause in Cause}
    if (
        isinstance(error, Throttled)
        or not scene.stay.arrived
        or (isinstance(error, PersonNeeded) and not _is_only_here(error))
    ):
        scene.stop = error
    return unreadable(reason_of(error), cause=causes.get(error.outcome, Cause.PERSON))


def _is_only_here(error: OptoutError) -> bool:
    """Return whether what a person is needed for concerns one page, and the sign-in as a whole lives."""
    return isinstance(error, SignInStopped) and error.state == address.State.PASSWORD_AGAIN


def _is_worth_a_page(scene: Scene, setting: Setting, look: Look | None) -> bool:
    """Return whether the whole page is photographed: not if it is off as it was earlier this month."""
    month = datetime.now(UTC).strftime("%Y-%m")
    recently = scene.past.proved_off.get(setting.name, "").startswith(month)
    return look is None or look.reading is not Reading.OFF or not recently


def _wording(scene: Scene, setting: Setting, seen: switch.Seen, stage: str) -> list[str]:
    """Return what changed in the texts since the last visit; said once in a visit."""
    if stage != "before" or seen.card is None:
        return []
    return news.of_wording(setting, seen.facts(setting.key), scene.past.texts.get(setting.name))


def _present(settings: list[Setting], findings: list[Finding]) -> list[Setting]:
    """Return the settings that showed a switch, and so ought to have a row."""
    shown = {finding.name for finding in findings if finding.before.reading in {Reading.ON, Reading.OFF}}
    return [setting for setting in settings if setting.name in shown]
