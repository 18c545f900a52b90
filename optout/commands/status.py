"""`optout status`: what the evidence says about each account, without network, browser or keyring."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click

from optout.commands import accounts, answer, folding, status_due, words
from optout.commands.past import LastVisit, Past, history
from optout.errors import Interrupted, Outcome
from optout.verdict import GOOD, Reading, Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from optout.config import Folders
    from optout.cooldown import Cooldown

STATES: Mapping[Reading, str] = {
    Reading.OFF: "OFF: proved",
    Reading.ON: "ON: seen",
    Reading.NOT_OFFERED: "not offered: seen",
}
MOST_CHANGES = 20  # lines on a terminal
NEWEST: Mapping[Verdict, str] = {
    Verdict.UNREADABLE: "could not read it",
    Verdict.CONFLICT: "could not tell: two places of the site disagree",
    Verdict.CAME_BACK_ON: "found it ON again",
    Verdict.DID_NOT_STICK: "switched it off, but it is still ON",
}

NOT_MADE = "[cooldown]"  # in the reason of a visit that opened nothing


@click.command(
    "status",
    short_help="Show what the last visits found; no network.",
    epilog="""\b
Examples:
  optout status
  optout status --json
""",
)
@words.shared("account", "as_json")
@click.pass_obj
def command(asked: answer.Asked, said: words.Words) -> int:
    """Show, from the evidence on this computer, what was last proved of each setting, and since when.

    "Since" is the first of the visits that all showed the same, as far as they could tell. What visits
    of the last 30 days found to be new on the site's pages stands below the settings. No network,
    no browser and no keyring is used. Whether the evidence holds is the business of
    `optout evidence audit`. The exit code is 0 whatever was found.
    """
    config = words.configuration(said)
    asked.account = config.account
    names = (accounts.checked(config.account),) if config.account else everybody(config.folders)
    if said.as_json:
        answer.say_json(
            {
                "schema": "optout.status/1",
                "outcome": Outcome.GOOD.word,
                "exit_code": Outcome.GOOD.exit_code,
                "accounts": [_account(name, config.folders) for name in names],
            }
        )
        return 0
    if not names:
        answer.say("No account is known yet. Run `optout login` first, or `optout demo` to try everything.")
    for name in names:
        whose = accounts.for_one(config, name)
        for line in told(name, config.folders):
            answer.say(accounts.named_in(line, whose))
    return 0


def everybody(folders: "Folders") -> tuple[str, ...]:
    """Given the folders, return every account that is known or has evidence."""
    names = accounts.known(folders.state)
    lower = {name.lower() for name in names}
    return (*names, *(name for name in accounts.with_evidence(folders.evidence) if name not in lower))


def _account(name: str, folders: "Folders") -> dict[str, object]:
    """Given an account and the folders, return what its runs say, as `--json` shows it."""
    from optout import config
    from optout.evidence import changes, ledger
    from optout.evidence.record import stamp

    store = folders.evidence / config.account_folder(name)
    last, settings = history(ledger.runs(store))
    head = ledger.head(store)
    calm = _cooldown(name, last, folders)
    fresh = changes.of_late(store, datetime.now(UTC))
    coming, kept = _due(name, folders), _sign_in(name, last, folders)
    return {
        "account": name,
        "last_visit": last.to_json() if last else None,
        "settings": [past.to_json() for past in settings],
        "changes": [{"run": run.name, "seen": stamp(when), **each.to_json()} for run, when, each in fresh],
        "next_visit": stamp(coming.following) if coming.following else None,
        "missed_visits": [stamp(when) for when in coming.missed],
        "sign_in": {"kept": stamp(kept), "age_days": (datetime.now(UTC) - kept).days} if kept else None,
        "warnings": list(_warnings(coming, kept)),
        "cooldown": {"state": calm.state, "until": stamp(calm.until)} if calm else None,
        "evidence": {"path": str(store), "head": head} if head else None,
    }


def _cooldown(name: str, last: LastVisit | None, folders: "Folders") -> "Cooldown | None":
    """Given an account, its last visit and the folders, return the cooldown that stands on that site."""
    from optout import cooldown
    from optout.linkedin import address

    site = address.origin_in(last.site) if last and last.site else ""
    now = datetime.now(UTC)
    found = cooldown.read(cooldown.file_for(folders.state, name, site), now) if site else None
    return found if found and found.stands(now) else None


def _due(name: str, folders: "Folders") -> status_due.Due:
    """Given an account and the folders, return what the kept schedule says of it."""
    from optout import config
    from optout.evidence import ledger

    runs = [run.name for run in ledger.runs(folders.evidence / config.account_folder(name))]
    only = everybody(folders) == (name,)
    return status_due.due(folders.state, name, runs, datetime.now(UTC), only=only)


def _warnings(coming: status_due.Due, kept: datetime | None) -> Iterator[str]:
    """Given what is due and when the sign-in was kept, yield what a person should see to."""
    from optout.evidence.record import stamp

    if coming.fault:
        yield coming.fault
    if coming.missed:
        last = moment(stamp(coming.missed[-1]))
        yield f"{len(coming.missed)} visits missed, the last due {last}: run `optout check`, `optout doctor`"
    if kept and datetime.now(UTC) - kept > status_due.OLD_SIGN_IN:
        yield "the kept sign-in ends soon: `optout login --browser` renews it"


def _sign_in(name: str, last: LastVisit | None, folders: "Folders") -> datetime | None:
    """Given an account, its last visit and the folders, return when its sign-in was last kept, or None."""
    from optout.browser import kept

    if last is None or not last.site:
        return None
    try:
        return datetime.fromtimestamp(kept.path(folders.sessions, name, last.site).stat().st_mtime, UTC)
    except (OSError, ValueError):
        return None


def _kept_since(name: str, last: LastVisit, folders: "Folders") -> str | None:
    """Given an account whose last visit needed a person, return when a sign-in was kept after it, or None."""
    from optout.browser import kept
    from optout.evidence.record import stamp

    if last.outcome != Outcome.PERSON_NEEDED.word or not last.site:
        return None
    try:
        ended = datetime.fromisoformat(last.finished)
        written = kept.path(folders.sessions, name, last.site).stat().st_mtime
    except (OSError, ValueError):
        return None
    when = datetime.fromtimestamp(written, UTC)
    # Runs are told in whole seconds, and the visit itself may have kept one at its end.
    return stamp(when) if ended.tzinfo and when - ended >= timedelta(seconds=1) else None


def told(name: str, folders: "Folders") -> Iterator[str]:
    """Given an account and the folders, yield the lines that tell a person what its runs say."""
    from optout import config
    from optout.evidence import ledger
    from optout.evidence.record import stamp
    from optout.linkedin import address

    store = folders.evidence / config.account_folder(name)
    last, settings = history(ledger.runs(store))
    yield click.style(name, bold=True)
    if last is None:
        is_known = accounts.is_known(folders.state, name)
        yield "  no visit yet: run `optout run`" if is_known else "  not known here: run `optout login`"
        return
    if last.site is not None and address.is_practice(last.site):
        yield f"  site        {last.site}, a practice site: nothing here is about a real account"
    stopped = any(Interrupted().sentence in past.reason for past in settings if past.seen == last.finished)
    ending = "stopped before its end" if stopped else last.outcome.replace("_", " ")
    yield f"  last visit  {moment(last.finished)}, optout {last.command}: {ending}"
    shared = _said_by_several(past for past in settings if past.seen == last.finished)
    yield from (f"      {reason}" for reason in shared)
    width = max((len(past.name) for past in settings), default=0)
    for past in settings:
        yield f"  {answer.mark(_is_good(past))} {past.name:<{width}}  {_state(past)}"
        visit = "the last visit" if past.seen == last.finished else f"the visit of {moment(past.seen)}"
        yield from (f"      {line}" for line in _newest(past, visit, shared))
    kept_since = _kept_since(name, last, folders)
    if kept_since:
        yield f"  sign-in     kept {moment(kept_since)}, after that visit: run `optout check`"
    kept, coming = _sign_in(name, last, folders), _due(name, folders)
    if kept and not kept_since:
        days = (datetime.now(UTC) - kept).days
        yield f"  sign-in     kept {moment(stamp(kept))}, {days} days ago"
    if coming.following:
        yield f"  next visit  {moment(stamp(coming.following))}"
    yield from (f"  warning     {sentence}" for sentence in _warnings(coming, kept))
    yield from _new_on_the_site(store)
    calm = _cooldown(name, last, folders)
    if calm:
        yield f"  cooldown    until {moment(stamp(calm.until))}: {calm.why}"
    head = ledger.head(store)
    if head:
        yield f"  evidence    {folding.whole(store)}"
        yield f"  head        {head}"


def _new_on_the_site(store: "Path") -> Iterator[str]:
    """Given a store, yield what its visits of the last 30 days found to be new, newest first, and when."""
    from optout.evidence import changes
    from optout.evidence.record import stamp

    fresh = list(changes.of_late(store, datetime.now(UTC)))
    if fresh:
        yield "  new on the site in the last 30 days"
    for _, when, change in fresh[:MOST_CHANGES]:
        yield f"      {moment(stamp(when))}  {change.sentence}"
    if len(fresh) > MOST_CHANGES:
        yield f"      and {len(fresh) - MOST_CHANGES} more, see `optout evidence report`"


def moment(stamp: str) -> str:
    """Given a time as a run holds it, UTC with a Z, return it as a person reads it, to the minute."""
    day, t, time = stamp.partition("T")
    return f"{day} {time[:5]} UTC" if t and stamp.endswith("Z") else stamp


def _is_good(past: Past) -> bool | None:
    if past.verdict in {Verdict.UNREADABLE, Verdict.CONFLICT}:
        return None
    return past.verdict in GOOD


def _said_by_several(settings: Iterable[Past]) -> tuple[str, ...]:
    """Given settings, return each reason that is no good one and stands with more than one of them."""
    counted = Counter(
        past.reason for past in settings if _is_good(past) is not True and NOT_MADE not in past.reason
    )
    return tuple(reason for reason, times in counted.items() if reason and times > 1)


def _state(past: Past) -> str:
    """Given a setting, return what was last proved of it, when, and since when."""
    if past.state is None or past.told is None or past.since is None:
        return "not known: no visit could tell"
    state = f"{STATES[past.state]} {moment(past.told)}"
    if past.since == past.told:
        return state
    return f"{state}, the same since {moment(past.since)} at each visit that could tell"


def _newest(past: Past, visit: str, shared: Collection[str]) -> Iterator[str]:
    """Given a setting, what to call its newest visit, and reasons said already, yield what is not good."""
    if _is_good(past) is True:
        return
    reason = "" if past.reason in shared else past.reason
    found = NEWEST.get(past.verdict)
    if NOT_MADE in reason:
        yield f"{visit} was not made, since the site was to be left alone"
    elif found:
        yield f"{visit} {found}" + (f": {reason}" if reason else "")
    elif reason:
        yield reason
    if past.last_proved_off is None:
        yield "never proved OFF"
    elif past.state is not Reading.OFF:
        since = past.proved_off_from
        longer = f", since {moment(since)}" if since and since != past.last_proved_off else ""
        yield f"last proved OFF {moment(past.last_proved_off)}{longer}"
