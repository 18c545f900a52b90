"""THE MAIN PATH: sign in, look, switch off, look again on a fresh load, record.

Plain values go from room to room. A click returns nothing: what counts is always what a fresh load of
the page shows afterwards.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from optout.arrival import Arrival
from optout.browser import listen
from optout.closing import Ended, seal
from optout.config import Config, account_folder
from optout.credentials import Vault
from optout.errand import Errand, SwitchOff, Visit
from optout.errors import OptoutError, Outcome, PersonNeeded, SignInStopped, Throttled, UsageProblem
from optout.evidence import history, ledger
from optout.linkedin import address, menu, news, switch
from optout.linkedin.catalogue import Setting
from optout.linkedin.reading import reading, unreadable
from optout.linkedin.sight import pause
from optout.linkedin.stay import Stay
from optout.notebook import DECIDING, Notebook, environment, reason_of
from optout.verdict import Cause, Finding, Look, Reading, conclude

__all__ = ["Errand", "SwitchOff", "Visit", "sign_in_by_hand", "visit"]

LAG = 2.0  # seconds before one more load if the first one after a click still shows the switch on


@dataclass(kw_only=True)
class _Scene:
    """What the steps of one visit share; `stop` is set once nothing more can be read."""

    errand: Errand
    stay: Stay
    past: history.History
    book: Notebook
    tell: Callable[[str], None]
    stop: OptoutError | None = None


def visit(errand: Errand, *, config: Config, vault: Vault, progress: Callable[[str], None]) -> Visit:
    """Given an errand, make the visit, seal its evidence and return what was found.

    `progress` hears one line per step. Whatever happens on the site, every setting gets a finding and the
    run is sealed. Raise OptoutError only if no visit could begin or nothing could be sealed.
    """
    origin = address.origin_of(config.site)
    folder = account_folder(errand.account)
    store = config.folders.evidence / folder
    past = history.of(store, [setting.name for setting in errand.settings])
    _refuse_another_site(past, origin)
    started = datetime.now(UTC)
    with ledger.begin(store, memory=config.folders.state / f"{folder}.head.json", now=started) as draft:
        book = Notebook(draft=draft)
        arrival = Arrival(account=errand.account, origin=origin, config=config, vault=vault, tell=progress)
        findings: list[Finding] = []
        stay: Stay | None = None
        stop: OptoutError | None = None
        try:
            with arrival.stay(headed=errand.headed, expected=past.member) as stay:
                scene = _Scene(errand=errand, stay=stay, past=past, book=book, tell=progress)
                for setting in errand.settings:
                    findings.append(_unread(setting, scene.stop) if scene.stop else _examine(scene, setting))
                findings[:] = _compare_with_rows(scene, findings)
                stop = scene.stop
        except OptoutError as error:
            stop = error
        reached = {finding.name for finding in findings}
        findings += [_unread(each, stop) for each in errand.settings if each.name not in reached]
        progress("sealing the evidence")
        book.close()
        ended = Ended(
            errand=errand,
            origin=origin,
            member=stay.expected if stay else None,
            started=started,
            findings=tuple(findings),
            stop=stop,
            news=tuple(dict.fromkeys(book.news)),
            steps=tuple(book.steps),
            environment=environment(arrival.environment, session=arrival.sign_in),
            secrets=frozenset(arrival.secrets),
        )
        return seal(draft, ended)


def sign_in_by_hand(*, account: str, config: Config, vault: Vault, progress: Callable[[str], None]) -> None:
    """Given an account, open a window in which the person signs in, and keep that sign-in.

    Nothing is typed for them and no password is kept. Raise PersonNeeded if the window was closed first,
    BrowserMissing if no window can be shown, KeyringUnusable if the sign-in cannot be kept.
    """
    origin = address.origin_of(config.site)
    Arrival(account=account, origin=origin, config=config, vault=vault, tell=progress).by_hand()


def _refuse_another_site(past: history.History, origin: str) -> None:
    """Raise UsageProblem if the evidence of this account is about the real site and the visit is practice, or vice versa."""
    if past.site is not None and address.is_practice(past.site) != address.is_practice(origin):
        raise UsageProblem(
            f"The evidence of this account is about {past.site}, not {origin}.",
            "Set OPTOUT_HOME to another folder to keep the two apart.",
        )


def _examine(scene: _Scene, setting: Setting) -> Finding:
    """Look at one setting, switch it off if that is the errand, look again, conclude."""
    settings = scene.errand.settings
    scene.tell(f"reading {settings.index(setting) + 1} of {len(settings)}: {setting.title}")
    before = after = _look(scene, setting, "before")
    clicked = before.reading is Reading.ON and _may_switch(scene, setting)
    if clicked:
        scene.tell(f"switching off: {setting.title}")
        heard = _switch_off(scene, setting)
        scene.tell(f"proving on a fresh load: {setting.title}")
        after = _look_again(scene, setting, heard)
    return _finding(scene, setting, before, after, clicked=clicked)


def _look(scene: _Scene, setting: Setting, stage: str) -> Look:
    """Load the setting's page afresh, read it, photograph it. What hinders the reading becomes its reason."""
    stay = scene.stay
    try:
        seen = switch.read(stay, setting)
        look = reading(seen, alive=stay.alive)
        scene.book.capture(stay.page, setting, stage, seen, full=_is_worth_a_page(scene, setting, look))
        scene.book.news += news.of_switch(setting, seen)
        scene.book.news += _wording(scene, setting, seen, stage)
        look = look or _is_offered(scene, setting, seen)
    except OptoutError as error:
        look = _hindered(scene, error)
    scene.book.walked(stay.loads, setting)
    return look


def _switch_off(scene: _Scene, setting: Setting) -> str:
    """Click the switch on the page that showed it on; return what was heard of the saving, proof of nothing."""
    page = scene.stay.page
    try:
        with listen.listening(page) as heard:
            switch.turn_off(page, setting)
            heard.outlast(setting.key, scene.stay.timeout)
        shown = switch.glance(page, setting)
        scene.book.capture(page, setting, "after", shown, full=False)
    except OptoutError as error:
        return reason_of(error)
    if shown.sight and shown.sight.dialog:
        return "a dialog stood open and was not answered"
    return heard.sentence(setting.key)


def _look_again(scene: _Scene, setting: Setting, heard: str) -> Look:
    """Look on a fresh load; if it still shows the switch on, wait a little and load once more."""
    after = _look(scene, setting, DECIDING)
    if after.reading is Reading.ON:
        scene.book.overtake(setting)
        pause(scene.stay.page, LAG)
        after = _look(scene, setting, DECIDING)
    first = "switched off; " if after.reading is Reading.OFF else "clicked, then: "
    return replace(after, reason=first + after.reason + (f" ({heard})" if heard else ""))


def _is_offered(scene: _Scene, setting: Setting, seen: switch.Seen) -> Look:
    """Let the category page decide whether a setting without a switch is not offered, or not readable."""
    stay = scene.stay
    listed = menu.read(stay, setting.category, [setting])
    scene.book.menus[setting.category] = listed
    scene.book.capture_menu(stay.page, setting)
    look = menu.offered(
        setting,
        seen,
        listed,
        read_earlier=setting.name in scene.past.read,
        look_into=lambda row: switch.read_at(stay, setting, row.path).shows,
    )
    if look.reading is Reading.NOT_OFFERED and not stay.alive:
        return unreadable("the browser is not signed in any more", cause=Cause.PERSON)
    return look


def _compare_with_rows(scene: _Scene, findings: list[Finding]) -> list[Finding]:
    """Read the category pages: rows that are new, and rows that contradict a switch read off."""
    settings = scene.errand.settings
    for category in dict.fromkeys(setting.category for setting in settings):
        if scene.stop is not None:
            return findings
        scene.tell(f"looking for new rows: {news.PAGES.get(category, category)}")
        here = [setting for setting in settings if setting.category == category]
        try:
            if category not in scene.book.menus:
                scene.book.menus[category] = menu.read(scene.stay, category, here)
            listed = scene.book.menus[category]
            scene.book.news += news.of_rows(
                listed, scene.past.rows.get(category, frozenset()), _present(here, findings)
            )
            findings = [_against_row(scene, listed, finding) for finding in findings]
        except OptoutError as error:
            _hindered(scene, error)
        scene.book.walked(scene.stay.loads, None)
    return findings


def _against_row(scene: _Scene, listed: menu.Menu, finding: Finding) -> Finding:
    """Where a row says On of a switch read off, load both once more; if they still differ, that is a conflict."""
    setting = next(each for each in scene.errand.settings if each.name == finding.name)
    if finding.after.reading is not Reading.OFF or not menu.contradicts(listed, setting):
        return finding
    scene.book.overtake(setting)
    after = _look(scene, setting, DECIDING)
    again = menu.read(scene.stay, setting.category, [setting])
    if after.reading is Reading.OFF and menu.contradicts(again, setting):
        scene.book.capture_menu(scene.stay.page, setting)
        after = unreadable("its switch shows off, but its row on the category page says On", conflict=True)
    clicked = finding.before.reading is Reading.ON
    return _finding(scene, setting, finding.before, after, clicked=clicked)


def _finding(scene: _Scene, setting: Setting, before: Look, after: Look, *, clicked: bool) -> Finding:
    """Join the looks at one setting to its finding."""
    proved = setting.name in scene.past.proved_off
    return Finding(
        name=setting.name,
        before=before,
        after=after,
        verdict=conclude(before, after, clicked=clicked, proved_off_earlier=proved),
        screenshots=tuple(scene.book.pictures.get(setting.name, ())),
    )


def _may_switch(scene: _Scene, setting: Setting) -> bool:
    """Return whether the errand switches this setting off: not one that is locked, nor one never proved off."""
    if scene.book.is_locked(setting):
        return False
    match scene.errand.switch_off:
        case SwitchOff.ALL:
            return True
        case SwitchOff.CAME_BACK:
            return setting.name in scene.past.proved_off
        case SwitchOff.NEVER:
            return False


def _hindered(scene: _Scene, error: OptoutError) -> Look:
    """Turn what kept a setting from being read into a look; stop where going on would be useless or rude."""
    causes = {cause.value: cause for cause in Cause}
    only_here = isinstance(error, SignInStopped) and error.state == address.State.PASSWORD_AGAIN
    if (
        isinstance(error, Throttled)
        or not scene.stay.arrived
        or (isinstance(error, PersonNeeded) and not only_here)
    ):
        scene.stop = error
    return unreadable(reason_of(error), cause=causes.get(error.outcome, Cause.PERSON))


def _unread(setting: Setting, stop: OptoutError | None) -> Finding:
    """Return the finding of a setting that was never reached."""
    cause = {each.value: each for each in Cause}.get(stop.outcome if stop else Outcome.FAULT, Cause.PERSON)
    look = unreadable(f"not reached: {reason_of(stop)}" if stop else "not reached", cause=cause)
    return Finding(
        name=setting.name,
        before=look,
        after=look,
        verdict=conclude(look, look, clicked=False, proved_off_earlier=False),
    )


def _is_worth_a_page(scene: _Scene, setting: Setting, look: Look | None) -> bool:
    """Return whether a picture of the whole page is kept: unless it is as it was, and one of this month is there."""
    month = datetime.now(UTC).strftime("%Y-%m")
    recently = scene.past.proved_off.get(setting.name, "").startswith(month)
    return look is None or look.reading is not Reading.OFF or not recently


def _wording(scene: _Scene, setting: Setting, seen: switch.Seen, stage: str) -> list[str]:
    """Return what changed in the texts since the last visit; said once in a visit."""
    if stage != "before" or seen.card is None:
        return []
    return news.of_wording(setting, seen.facts(setting.key), scene.past.texts.get(setting.name))


def _present(settings: list[Setting], findings: list[Finding]) -> list[Setting]:
    """Return the settings that showed a switch, and so ought to have a row."""
    shown = {finding.name for finding in findings if finding.before.reading in {Reading.ON, Reading.OFF}}
    return [setting for setting in settings if setting.name in shown]
