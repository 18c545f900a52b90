"""What `run` and `check` share: the errand from the words, the visit, and its findings for a person."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from optout.commands import accounts, answer, asking, folding, visit_log, words
from optout.commands.steps import Steps
from optout.errors import Outcome, UsageProblem
from optout.verdict import GOOD, Cause, Finding, Verdict

if TYPE_CHECKING:
    from optout.config import Config
    from optout.errand import Errand
    from optout.visit import SwitchOff, Visit

SAID: dict[Verdict, str] = {
    Verdict.ALREADY_OFF: "was off already",
    Verdict.TURNED_OFF: "was ON, is off now: a fresh load showed it off",
    Verdict.ON: "is ON",
    Verdict.CAME_BACK_ON: "is ON again, though an earlier visit proved it off",
    Verdict.DID_NOT_STICK: "is still ON: it was switched off, and a fresh load showed it on",
    Verdict.NOT_OFFERED: "is not offered to this account",
    Verdict.UNREADABLE: "could not be read",
    Verdict.CONFLICT: "could not be told: two places of the site disagree",
}

NEXT: dict[Verdict, str] = {
    Verdict.ON: "Run `optout run{only}` to switch it off.",
    Verdict.CAME_BACK_ON: "Run `optout check --fix{only}` to switch it off again.",
    Verdict.DID_NOT_STICK: "Run `optout run{only}` again later, or switch it off by hand: {url}",
    Verdict.CONFLICT: "Look at the pictures in the evidence, or by hand: {url}",
}
NEXT_ALL: dict[Verdict, str] = {
    Verdict.ON: "Run `optout run{only}` to switch them off.",
    Verdict.CAME_BACK_ON: "Run `optout check --fix{only}` to switch them off again.",
}
MOST_NEWS = 20  # lines on a terminal
CHANGES = frozenset({Verdict.TURNED_OFF, Verdict.ON, Verdict.CAME_BACK_ON, Verdict.DID_NOT_STICK})
UNSURE = frozenset({Verdict.UNREADABLE, Verdict.CONFLICT})

NEXT_UNREAD: dict[Cause | None, str] = {
    Cause.PAGE: "Look at the pictures in the evidence, or by hand: {url}",
    Cause.PERSON: "A person is needed; nothing is known about this setting.",
    Cause.SITE: "Run the same command again later.",
}


def carry_out(said: words.Words, asked: answer.Asked, *, command: str, fix: bool = False) -> int:
    """Given the words of `run`, or of `check` with or without `--fix`, make the visit and print its findings.

    Return the exit code. Raise OptoutError if no visit could begin.
    """
    visited, urls = looked(said, asked, command=command, fix=fix)
    report(visited, said, urls, whose=asked.whose)
    return visited.outcome.exit_code


def looked(
    said: words.Words, asked: answer.Asked, *, command: str, fix: bool = False
) -> "tuple[Visit, dict[str, str]]":
    """Given the words of `run` or `check`, make the visit; return it and the address of each setting.

    Raise OptoutError if no visit could begin, visit.Stopped if it was stopped and sealed.
    """
    settings = words.settings(said)
    config = begun(said, asked)

    from optout import visit
    from optout.linkedin import address

    errand = visit.Errand(
        account=asked.account or "",
        command=command,
        settings=settings,
        switch_off=_may_switch_off(command, fix),
        headed=said.headed,
        despite_cooldown=said.despite_cooldown,
        options={"fix": fix, **options(said, config)},
    )
    try:
        visited = made(errand, said, config)
    except visit.Stopped as stopped:
        asked.visited = stopped.visit.to_json()
        raise
    origin = address.origin_of(config.site)
    return visited, {setting.name: origin + setting.path for setting in settings}


def begun(said: words.Words, asked: answer.Asked) -> "Config":
    """Given the words of a command that visits, return the configuration, with account and log settled.

    Raise OptoutError if the account is not known, or a value in the words or the configuration is wrong.
    """
    asked.settings = [setting.name for setting in words.settings(said)]
    config = words.configuration(said)
    asked.account = accounts.chosen(config)
    asked.whose = accounts.for_one(config, asked.account)

    from optout.linkedin import address

    address.origin_of(config.site)
    accounts.refuse_unknown(config, asked.account)
    words.logged(config, said, asked)
    return config


def options(said: words.Words, config: "Config") -> dict[str, object]:
    """Given the words, return those that the evidence records of any visit: names of settings, no values.

    With them goes how often a check is scheduled, None if none is: so a reader can tell which were missed.
    """
    return {
        "schedule": _schedule(config),
        "only": list(said.only),
        "also": list(said.also),
        "preset": list(said.preset),
        "headed": said.headed,
        "despite_cooldown": said.despite_cooldown,
    }


def _schedule(config: "Config") -> str | None:
    from optout.schedule import plan

    try:
        kept = plan.kept(config.folders.state)
    except UsageProblem:  # `schedule status` says so; it stops no visit
        return None
    return kept.every if kept else None


def made(errand: "Errand", said: words.Words, config: "Config") -> "Visit":
    """Given an errand, make the visit, its steps shown as the words ask for it, and return it.

    Raise OptoutError if no visit could begin, visit.Stopped if it was stopped and sealed.
    """
    from optout import credentials, visit
    from optout.linkedin import address

    practice = address.is_practice(address.origin_of(config.site))
    vault = credentials.open_vault(practice=practice, unattended=not said.may_ask)
    try:
        with Steps(quiet=said.quiet, plain=said.verbose > 0) as steps:
            visited = visit.visit(
                errand, config=config, vault=vault, progress=steps, person=asking.person(said, steps)
            )
    except visit.Stopped as stopped:
        visit_log.note(stopped.visit, errand.command)
        raise
    visit_log.note(visited, errand.command)
    return visited


def _may_switch_off(command: str, fix: bool) -> "SwitchOff":
    from optout.visit import SwitchOff

    if command == "run":
        return SwitchOff.ALL
    return SwitchOff.CAME_BACK if fix else SwitchOff.NEVER


def report(visited: "Visit", said: words.Words, urls: Mapping[str, str], *, whose: str | None = None) -> None:
    """Given a visit, the words and the address of each setting, print what was found as the words ask for it.

    `whose` is the account to name in the commands to run next, None if only one can be meant. Text goes to
    stdout, under `--json` to stderr; under `--quiet` there is none if everything is good, was so before, and
    nothing is new.
    """
    if said.as_json:
        answer.say_json(visited.to_json())
    if said.quiet and visited.outcome is Outcome.GOOD and not _is_worth_telling(visited):
        return
    speak = answer.tell if said.as_json else answer.say
    for line in told(visited, urls):
        speak(accounts.named_in(line, whose))


def _is_worth_telling(visited: "Visit") -> bool:
    """Return whether a visit that ended well tells of something that came back on, or is new on the site."""
    return bool(visited.news) or any(finding.came_back for finding in visited.findings)


def told(visited: "Visit", urls: Mapping[str, str]) -> Iterator[str]:
    """Given a visit and the address of each setting, yield the lines that tell a person what was found."""
    from optout.linkedin import address

    width = max((len(finding.name) for finding in visited.findings), default=0)
    together = _alike(visited.findings)
    for finding in visited.findings:
        good = True if finding.verdict in GOOD else None if finding.verdict in UNSURE else False
        yield f"{answer.mark(good)} {finding.name:<{width}}  {SAID[finding.verdict]}"
        if good is True and finding.came_back:
            yield f"    it had come back on: {finding.came_back}"
        if good is not True and not (visited.trouble and visited.trouble in finding.reason):
            yield f"    {finding.reason}"
            if not (finding in together or finding.left_alone):
                yield f"    {next_step(finding, urls[finding.name])}"
    yield from _next_for_all(together)
    if visited.trouble:
        yield f"  {visited.trouble}"
    if visited.not_before and visited.not_before not in (visited.trouble or ""):
        yield f"  The site is left alone until {visited.not_before}."
    for item in visited.news[:MOST_NEWS]:
        yield f"  new on the site: {item}"
    if len(visited.news) > MOST_NEWS:
        yield f"  new on the site: {len(visited.news) - MOST_NEWS} more, see `optout evidence report`"
    origins = {address.origin_in(url) for url in urls.values()}
    for origin in filter(address.is_practice, origins):
        yield f"  site      {origin}, a practice site: nothing here is about a real account"
    if visited.sealed is not None:
        yield from (f"  {remark}" for remark in visited.sealed.remarks)
        yield f"  evidence  {folding.whole(visited.sealed.path)}"
        yield f"  head      {visited.sealed.head}"
        if _is_a_change(visited):
            from optout.evidence import head

            yield f"  to mail   {folding.whole(head.line(visited.sealed.path.parent.parent))}"


def _is_a_change(visited: "Visit") -> bool:
    """Return whether what the evidence says now is to be told to somebody: the first run, and any change."""
    is_first = visited.sealed is not None and visited.sealed.run.startswith("000001_")
    found = any(finding.came_back or finding.verdict in CHANGES for finding in visited.findings)
    return is_first or found or bool(visited.news)


def _alike(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings that one command mends together with others."""
    mended = [each for each in findings if each.verdict in NEXT_ALL and not each.left_alone]
    times = Counter(each.verdict for each in mended)
    return [each for each in mended if times[each.verdict] > 1]


def _next_for_all(findings: Iterable[Finding]) -> Iterator[str]:
    """Yield for each verdict the one command that mends all these findings."""
    from optout.linkedin import catalogue

    names: dict[Verdict, list[str]] = {}
    for finding in findings:
        names.setdefault(finding.verdict, []).append(finding.name)
    for verdict, alike in names.items():
        only = "" if set(alike) == set(catalogue.CORE) else "".join(f" --only {name}" for name in alike)
        yield f"  {NEXT_ALL[verdict].format(only=only)}"


def next_step(finding: Finding, url: str) -> str:
    """Given a finding that is not good and the address of its setting, return what to do next."""
    from optout.linkedin import catalogue

    unread = finding.verdict is Verdict.UNREADABLE
    words = NEXT_UNREAD[finding.after.cause] if unread else NEXT[finding.verdict]
    return words.format(url=url, only="" if finding.name in catalogue.CORE else f" --only {finding.name}")
