"""THE MAIN PATH: sign in, look, switch off, look again on a fresh load, record.

Plain values go from room to room. A click returns nothing: what counts is always what a fresh load of
the page shows afterwards.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from optout import cooldown, surveying
from optout.arrival import Arrival
from optout.closing import Ended, seal
from optout.config import Config, account_folder
from optout.confirming import compare_with_rows, confirm
from optout.credentials import Vault
from optout.environment import environment
from optout.errand import Errand, SwitchOff, Visit
from optout.errors import Interrupted, OptoutError, Outcome, UsageProblem
from optout.evidence import authorities, history, ledger, lock, memory
from optout.evidence.record import stamp
from optout.evidence.seal import Means
from optout.linkedin import address
from optout.linkedin.catalogue import Setting
from optout.linkedin.person import NOBODY, Person
from optout.looking import Case, Scene, finding_of
from optout.notebook import Notebook, reason_of
from optout.turning import examine
from optout.verdict import Cause, Finding, unreadable

__all__ = ["Errand", "Stopped", "SwitchOff", "Visit", "sign_in_by_hand", "visit"]


class Stopped(KeyboardInterrupt):
    """A person or the system stopped the visit; `visit` is what was sealed of it."""

    def __init__(self, visit: Visit) -> None:
        super().__init__()
        self.visit = visit


def visit(
    errand: Errand,
    *,
    config: Config,
    vault: Vault,
    progress: Callable[[str], None],
    person: Person = NOBODY,
) -> Visit:
    """Given an errand, make the visit, seal its evidence and return what was found.

    `progress` hears one line per step, `person` is asked where only they can go on. Whatever happens on the
    site, every setting gets a finding and the run is sealed. Raise OptoutError only if no visit could begin
    or nothing could be sealed, Stopped if a KeyboardInterrupt came.
    """
    with lock.hold(config.folders.state, errand.account, command=errand.command):
        return _visit(errand, config, vault, progress, person)


def _visit(
    errand: Errand, config: Config, vault: Vault, progress: Callable[[str], None], person: Person
) -> Visit:
    """Make the visit; nobody else is at work with the account meanwhile."""
    origin = address.origin_of(config.site)
    store = config.folders.evidence / account_folder(errand.account)
    past = history.of(store, [setting.name for setting in errand.settings])
    _refuse_another_site(past, origin)
    means = Means(key=vault.signing_key, authorities=authorities.load(config.folders.config) or ())
    remembered = memory.file_for(store, config.folders.state)
    started = datetime.now(UTC)
    with ledger.begin(store, memory=remembered, now=started, means=means) as draft:
        arrival = Arrival(
            account=errand.account, origin=origin, config=config, vault=vault, tell=progress, person=person
        )
        scene = Scene(errand=errand, past=past, book=Notebook(draft=draft), tell=progress)
        calm = cooldown.file_for(config.folders.state, errand.account, origin)
        let_in = False
        stop: OptoutError | None = Interrupted()  # until the visit has come to an end of its own
        signal: KeyboardInterrupt | None = None
        try:
            _respect(calm, errand, started)
            with arrival.stay(headed=errand.headed, expected=past.member) as scene.stay:
                surveying.begin(scene)
                for setting in errand.settings:
                    if not scene.stop:
                        examine(scene, setting)
                compare_with_rows(scene)
                confirm(scene)
                surveying.look_further(scene)
                let_in = scene.stay.arrived and scene.stay.alive
            stop = scene.stop
        except OptoutError as error:
            stop = error
        except KeyboardInterrupt as error:
            signal = error
        finally:
            findings = tuple(_conclude(scene, setting, scene.stop or stop) for setting in errand.settings)
            _remember_calm(calm, scene, (scene.stop or stop, arrival.pending), let_in=let_in)
            progress("sealing the evidence")
            sealed = _seal(scene, arrival, findings, stop, started)
            sealed = replace(sealed, not_before=_left_alone_until(calm))
        if signal is not None:
            raise Stopped(sealed) from signal
        return sealed


def _respect(calm: Path, errand: Errand, now: datetime) -> None:
    """Raise PersonNeeded or TryLater, with nothing opened, if a cooldown stands that nobody overrides."""
    standing = None if errand.despite_cooldown else cooldown.standing(calm, now)
    if standing is not None:
        raise standing.refusal(now)


def _remember_calm(calm: Path, scene: Scene, stops: tuple[OptoutError | None, ...], *, let_in: bool) -> None:
    """Store a cooldown if the site refused or asked for calm; end the last one if it let the visit in."""
    state = next(filter(None, map(cooldown.begun_by, stops)), None)
    try:
        if state is not None:
            begun = cooldown.begin(calm, state, datetime.now(UTC))
            scene.tell(f"the next visit can be made at {stamp(begun.until)}")
        elif let_in:
            cooldown.end(calm)
    except OptoutError as error:
        scene.tell(str(error))


def _left_alone_until(calm: Path) -> str | None:
    """Return until when the site is left alone, as it is written; None if it is not, or nobody can tell."""
    now = datetime.now(UTC)
    try:
        found = cooldown.read(calm, now)
    except OptoutError:
        return None  # told where it was first met
    return stamp(found.until) if found and found.stands(now) else None


def _seal(
    scene: Scene, arrival: Arrival, findings: tuple[Finding, ...], stop: OptoutError | None, started: datetime
) -> Visit:
    """Close the notebook and seal the run, good or bad."""
    book = scene.book
    whose = (scene.errand.account, arrival.member, arrival.display_name)
    book.close(scene.past, names=[name for name in whose if name])
    book.file_what_came(arrival.network, arrival.received)
    ended = Ended(
        errand=scene.errand,
        origin=arrival.origin,
        member=arrival.member,
        display_name=arrival.display_name,
        started=started,
        findings=findings,
        stop=stop,
        news=tuple(dict.fromkeys(book.news)),
        steps=tuple(book.steps),
        environment=environment(arrival.environment, session=arrival.sign_in),
        tls=(arrival.received.record,) if arrival.received else (),
        secrets=frozenset(arrival.secrets),
    )
    return seal(book.draft, ended)


def sign_in_by_hand(
    *,
    account: str,
    config: Config,
    vault: Vault,
    progress: Callable[[str], None],
    person: Person = NOBODY,
) -> None:
    """Given an account, open a window in which the person signs in, and keep that sign-in.

    Nothing is typed for them and no password is kept. Raise PersonNeeded if the window was closed first,
    AnotherMember if somebody else signed in, BrowserMissing if no window can be shown, KeyringUnusable if the
    sign-in cannot be kept, VisitUnderWay if another command is at work with the account.
    """
    origin = address.origin_of(config.site)
    with lock.hold(config.folders.state, account, command="login --browser"):
        past = history.of(config.folders.evidence / account_folder(account), ())
        Arrival(
            account=account, origin=origin, config=config, vault=vault, tell=progress, person=person
        ).by_hand(expected=past.member)
        cooldown.end(cooldown.file_for(config.folders.state, account, origin))


def _refuse_another_site(past: history.History, origin: str) -> None:
    """Raise UsageProblem if the evidence is about the real site and the visit is practice, or the reverse."""
    if past.site is not None and address.is_practice(past.site) != address.is_practice(origin):
        raise UsageProblem(
            f"The evidence of this account is about {past.site}, not {origin}.",
            "Set OPTOUT_HOME to another folder to keep the two apart.",
        )


def _conclude(scene: Scene, setting: Setting, stop: OptoutError | None) -> Finding:
    """Return the finding of a setting; one that was not reached, or given up after a click, is unread."""
    case = scene.cases.get(setting.name)
    cause = {each.value: each for each in Cause}.get(stop.outcome if stop else Outcome.FAULT, Cause.PERSON)
    first = "clicked, then: " if case else "not reached: "
    missing = unreadable(first + (reason_of(stop) if stop else "the visit ended"), cause=cause)
    return finding_of(scene, case or Case(setting=setting, before=missing, control=None), missing)
