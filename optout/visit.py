"""THE MAIN PATH: sign in, look, switch off, look again on a fresh load, record.

Plain values go from room to room. A click returns nothing: what counts is always what a fresh load of
the page shows afterwards.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from optout.arrival import Arrival
from optout.closing import Ended, seal
from optout.config import Config, account_folder
from optout.credentials import Vault
from optout.errand import Errand, SwitchOff, Visit
from optout.errors import OptoutError, Outcome, UsageProblem
from optout.evidence import history, ledger, memory
from optout.linkedin import address
from optout.linkedin.catalogue import Setting
from optout.linkedin.reading import unreadable
from optout.linkedin.stay import Stay
from optout.looking import Scene, compare_with_rows, finding_of, look, look_again, switch_off
from optout.notebook import Notebook, environment, reason_of
from optout.verdict import Cause, Finding, Reading, conclude

__all__ = ["Errand", "SwitchOff", "Visit", "sign_in_by_hand", "visit"]


def visit(errand: Errand, *, config: Config, vault: Vault, progress: Callable[[str], None]) -> Visit:
    """Given an errand, make the visit, seal its evidence and return what was found.

    `progress` hears one line per step. Whatever happens on the site, every setting gets a finding and the
    run is sealed. Raise OptoutError only if no visit could begin or nothing could be sealed.
    """
    origin = address.origin_of(config.site)
    store = config.folders.evidence / account_folder(errand.account)
    past = history.of(store, [setting.name for setting in errand.settings])
    _refuse_another_site(past, origin)
    started = datetime.now(UTC)
    with ledger.begin(store, memory=memory.file_for(store, config.folders.state), now=started) as draft:
        book = Notebook(draft=draft)
        arrival = Arrival(account=errand.account, origin=origin, config=config, vault=vault, tell=progress)
        findings: list[Finding] = []
        stay: Stay | None = None
        stop: OptoutError | None = None
        try:
            with arrival.stay(headed=errand.headed, expected=past.member) as stay:
                scene = Scene(errand=errand, stay=stay, past=past, book=book, tell=progress)
                for setting in errand.settings:
                    findings.append(_unread(setting, scene.stop) if scene.stop else _examine(scene, setting))
                findings[:] = compare_with_rows(scene, findings)
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
    """Raise UsageProblem if the evidence is about the real site and the visit is practice, or the reverse."""
    if past.site is not None and address.is_practice(past.site) != address.is_practice(origin):
        raise UsageProblem(
            f"The evidence of this account is about {past.site}, not {origin}.",
            "Set OPTOUT_HOME to another folder to keep the two apart.",
        )


def _examine(scene: Scene, setting: Setting) -> Finding:
    """Look at one setting, switch it off if that is the errand, look again, conclude."""
    settings = scene.errand.settings
    scene.tell(f"reading {settings.index(setting) + 1} of {len(settings)}: {setting.title}")
    before = after = look(scene, setting, "before")
    clicked = before.reading is Reading.ON and _may_switch(scene, setting)
    if clicked:
        scene.tell(f"switching off: {setting.title}")
        heard = switch_off(scene, setting)
        scene.tell(f"proving on a fresh load: {setting.title}")
        after = look_again(scene, setting, heard)
    return finding_of(scene, setting, before, after, clicked=clicked)


def _may_switch(scene: Scene, setting: Setting) -> bool:
    """Return whether the errand switches this setting off; one that is locked cannot be."""
    if scene.book.is_locked(setting):
        return False
    match scene.errand.switch_off:
        case SwitchOff.ALL:
            return True
        case SwitchOff.CAME_BACK:
            return setting.name in scene.past.proved_off
        case SwitchOff.NEVER:
            return False


def _unread(setting: Setting, stop: OptoutError | None) -> Finding:
    """Return the finding of a setting that was never reached."""
    cause = {each.value: each for each in Cause}.get(stop.outcome if stop else Outcome.FAULT, Cause.PERSON)
    unread = unreadable(f"not reached: {reason_of(stop)}" if stop else "not reached", cause=cause)
    return Finding(
        name=setting.name,
        before=unread,
        after=unread,
        verdict=conclude(unread, unread, clicked=False, proved_off_earlier=False),
    )
