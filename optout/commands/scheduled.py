"""`optout check --scheduled`: nobody is there; silent while all is well, one paragraph when it is not."""

import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from optout.commands import accounts, answer, folding, visiting, words
from optout.errors import EvidenceDamaged, NoCredentials, OptoutError, Outcome, UsageProblem, worst
from optout.verdict import GOOD, Finding, Verdict

if TYPE_CHECKING:
    from optout.config import Config
    from optout.visit import Visit

LIMIT = 14 * 60.0  # seconds for one account; a scheduler's own limit is 15 minutes
AGAIN = timedelta(hours=6)  # after a passing trouble
_ROUND = timedelta(seconds=1)  # runs are named in whole seconds


def carry_out(said: words.Words, asked: answer.Asked, *, fix: bool) -> int:
    """Given the words of `check --scheduled`, look at each account that is due; return the exit code.

    Raise OptoutError if there is no account, or if a word goes against nobody being there.
    """
    if said.headed:
        raise UsageProblem("--scheduled is for a scheduler: there is no window.", "Leave --headed out.")
    said = replace(said, no_input=True, quiet=True)
    if said.as_json:  # somebody wants to know, due or not
        return visiting.carry_out(said, asked, command="check", fix=fix)
    config = words.configuration(said)
    known = accounts.known(config.folders.state)
    names = (config.account,) if config.account else known
    if not names:
        raise NoCredentials("No account is known yet.", "Run `optout login` first.")
    now = datetime.now(UTC)
    due = [name for name in names if is_due(config, name, now)]
    several = len(names) > 1  # one needs not be named in the command that mends it
    outcomes = [_look(replace(said, account=name) if several else said, asked, fix=fix) for name in due]
    return worst(outcomes).exit_code if outcomes else 0


def is_due(config: "Config", account: str, now: datetime) -> bool:
    """Given an account and the time, return whether a check is due; always if the scheduler says when itself.

    cron says nothing: there one is due if no visit was sealed since the newest due time, or only one that met
    a passing trouble, more than six hours ago.
    """
    from optout.config import account_folder
    from optout.schedule import plan

    made = plan.kept(config.folders.state)
    if made is None or made.backend != "cron":
        return True
    last = _last_visit(config.folders.evidence / account_folder(account))
    if last is None:
        return True
    sealed, outcome = last
    if made.due_between(max(made.installed, sealed), now):
        return True
    served = any(due <= sealed for due in made.due_between(made.installed, now))
    return served and outcome == Outcome.TRY_LATER.word and now - sealed >= AGAIN - _ROUND


def _last_visit(store: Path) -> tuple[datetime, object] | None:
    """Given a store, return when its newest visit was sealed and how it ended, None if none can be read.

    A run that pruned pictures or named a key looked at nothing.
    """
    from optout.evidence import chain, head

    for run in chain.runs(store):
        with suppress(EvidenceDamaged):
            content = run.read()
            if content.get("kind") == "visit":
                return datetime.fromisoformat(head.sealed(run)), content.get("outcome")
    return None


def _look(said: words.Words, asked: answer.Asked, *, fix: bool) -> Outcome:
    """Given the words for one account, make the visit and say what is not well; return how it ended."""
    _limit(LIMIT)
    try:
        visited, urls = visiting.looked(said, asked, command="check", fix=fix)
    except OptoutError as error:
        answer.trouble(asked, error.outcome, error.outcome.exit_code, error.sentence, error.hint)
        return error.outcome
    finally:
        _limit(0)
    text = paragraph(visited, urls)
    if text:
        answer.say(accounts.named_in(text, asked.whose))
    return visited.outcome


def _limit(seconds: float) -> None:
    """Given seconds, have this process stopped after them as by SIGTERM, the visit sealed; 0 calls it off."""
    if hasattr(signal, "setitimer"):
        signal.signal(signal.SIGALRM, lambda _number, _frame: os.kill(os.getpid(), signal.SIGTERM))
        signal.setitimer(signal.ITIMER_REAL, seconds)


def paragraph(visited: "Visit", urls: Mapping[str, str]) -> str:
    """Given a visit and the address of each setting, return one paragraph on what is not well, else nothing.

    What is so, since when, the one command that mends it, and where the picture lies.
    """
    return " ".join(_sentences(visited, urls))


def _sentences(visited: "Visit", urls: Mapping[str, str]) -> Iterator[str]:
    bad = [finding for finding in visited.findings if finding.verdict not in GOOD]
    mended = [finding for finding in visited.findings if finding.verdict in GOOD and finding.came_back]
    if not (bad or mended or visited.news or visited.outcome is not Outcome.GOOD):
        return
    yield "optout:"
    if visited.trouble:
        yield visited.trouble
    for finding in bad:
        if not (visited.trouble and visited.trouble in finding.reason):
            yield from _on(finding, urls[finding.name])
    for finding in mended:
        yield f"{finding.name} had come back on ({finding.came_back}) and is switched off again, proved."
    if visited.news:
        yield f"New on the site: {'; '.join(visited.news[:3])}{'; and more' if visited.news[3:] else ''}."
    picture = next((path for each in (*bad, *mended) for path in reversed(each.screenshots)), None)
    if visited.sealed is not None:
        shown = visited.sealed.path / picture if picture else visited.sealed.path
        yield f"{'Picture' if picture else 'Evidence'}: {folding.whole(shown)}"


def _on(finding: Finding, url: str) -> Iterator[str]:
    yield f"{finding.name} {visiting.SAID[finding.verdict]}: {finding.reason.rstrip('.')}."
    if finding.verdict is not Verdict.UNREADABLE and not finding.left_alone:
        yield visiting.next_step(finding, url)
