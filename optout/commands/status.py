"""`optout status`: what the evidence says about each account, without network, browser or keyring."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import unquote

import click

from optout.commands import accounts, answer, words
from optout.errors import EvidenceDamaged, Outcome, UsageProblem
from optout.verdict import GOOD, PROVED_OFF, Reading, Verdict

if TYPE_CHECKING:
    from optout.config import Folders
    from optout.evidence.ledger import Run

SAID: Mapping[Verdict, str] = {
    Verdict.ALREADY_OFF: "off",
    Verdict.TURNED_OFF: "off",
    Verdict.ON: "ON",
    Verdict.CAME_BACK_ON: "ON again",
    Verdict.DID_NOT_STICK: "still ON",
    Verdict.NOT_OFFERED: "not offered",
    Verdict.UNREADABLE: "could not be read",
    Verdict.CONFLICT: "could not be told",
}


@dataclass(slots=True, kw_only=True)
class Past:
    """What the runs of one account say about one setting; times are as the runs hold them, UTC with a Z."""

    name: str
    verdict: Verdict
    reason: str
    seen: str
    last_proved_off: str | None = None
    proved_off_since: str | None = None
    _closed: bool = field(default=False, repr=False)

    def add(self, verdict: Verdict, before: str, finished: str) -> None:
        """Given what an older run says, take it in; runs come newest first.

        The stretch of OFF ends at the first older run that found the setting on; a run that could not
        tell neither ends nor lengthens it.
        """
        if verdict in PROVED_OFF:
            self.last_proved_off = self.last_proved_off or finished
        if self._closed:
            return
        if verdict in PROVED_OFF:
            self.proved_off_since = finished
        self._closed = before == Reading.ON or verdict not in GOOD | {Verdict.UNREADABLE, Verdict.CONFLICT}

    def to_json(self) -> dict[str, object]:
        """Return the members that `optout status --json` lists for a setting."""
        return {
            "name": self.name,
            "verdict": self.verdict.value,
            "reason": self.reason,
            "seen": self.seen,
            "last_proved_off": self.last_proved_off,
            "proved_off_since": self.proved_off_since,
        }


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
    """Show, from the evidence on this computer, what was last found and since when it is proved off.

    No network, no browser and no keyring is used. Whether the evidence holds is the business of
    `optout evidence audit`. The exit code is 0 whatever was found.
    """
    config = words.configuration(said)
    asked.account = config.account
    names = (accounts.checked(config.account),) if config.account else everybody(config.folders)
    told = [account_status(name, config.folders) for name in names]
    if said.as_json:
        answer.say_json(
            {
                "schema": "optout.status/1",
                "outcome": Outcome.GOOD.word,
                "exit_code": Outcome.GOOD.exit_code,
                "accounts": told,
            }
        )
        return 0
    if not told:
        answer.say("No account is known yet. Run `optout login` first, or `optout demo` to try everything.")
    for account in told:
        _say_account(account)
    return 0


def everybody(folders: "Folders") -> tuple[str, ...]:
    """Given the folders, return every account that is known or has evidence."""
    names = list(accounts.known(folders.state))
    lower = {name.lower() for name in names}
    if folders.evidence.is_dir():
        kept = sorted(name for path in folders.evidence.iterdir() if (name := _whose(path)))
        names += [name for name in kept if name not in lower]
    return tuple(names)


def _whose(path: Path) -> str | None:
    """Given what lies among the evidence, return whose store it is, or None if it is no account's folder."""
    from optout.config import account_folder

    try:
        account = accounts.checked(unquote(path.name, errors="strict"))
        ours = path.name == account_folder(account)
    except (UsageProblem, UnicodeDecodeError):
        return None
    return account if ours and path.is_dir() else None


def account_status(account: str, folders: "Folders") -> dict[str, object]:
    """Given an account and the folders, return what its runs say, as `--json` shows it."""
    from optout import config
    from optout.evidence import ledger

    store: Path = folders.evidence / config.account_folder(account)
    last, settings = history(ledger.runs(store))
    head = ledger.head(store)
    return {
        "account": account,
        "last_visit": last,
        "settings": [past.to_json() for past in settings],
        "evidence": {"path": str(store), "head": head} if head else None,
    }


def history(runs: "Iterable[Run]") -> tuple[dict[str, object] | None, tuple[Past, ...]]:
    """Given the runs of one account, newest first, return the last visit and the past of each setting.

    A run whose words cannot be read is passed over: the audit speaks of it.
    """
    last: dict[str, object] | None = None
    found: dict[str, Past] = {}
    for run in runs:
        try:
            said = run.read()
            finished = str(said["finished"])
            rows = [_row(row) for row in cast("list[dict[str, object]]", said["settings"])]
        except (EvidenceDamaged, ValueError, KeyError, TypeError):
            continue
        if last is None and said.get("kind", "visit") == "visit":
            last = {
                "run": run.name,
                "command": said.get("command"),
                "outcome": said.get("outcome"),
                "finished": finished,
            }
        for name, verdict, before, reason in rows:
            past = found.setdefault(name, Past(name=name, verdict=verdict, reason=reason, seen=finished))
            past.add(verdict, before, finished)
    return last, tuple(found.values())


def _row(row: Mapping[str, object]) -> tuple[str, Verdict, str, str]:
    return str(row["name"]), Verdict(str(row["verdict"])), str(row["before"]), str(row["reason"])


def _say_account(account: Mapping[str, object]) -> None:
    answer.say(click.style(str(account["account"]), bold=True))
    last, settings, evidence = account["last_visit"], account["settings"], account["evidence"]
    if not isinstance(last, dict) or not isinstance(settings, list):
        answer.say("  no visit yet: run `optout run`")
        return
    outcome = str(last["outcome"]).replace("_", " ")
    answer.say(f"  last visit  {last['finished']}  optout {last['command']}, {outcome}")
    for row in settings:
        verdict = Verdict(row["verdict"])
        unsure = verdict in {Verdict.UNREADABLE, Verdict.CONFLICT}
        good = None if unsure else verdict in GOOD
        answer.say(f"  {answer.mark(good)} {row['name']:<14} {SAID[verdict]}, seen {row['seen']}")
        if good is not True:
            answer.say(f"      {row['reason']}")
        answer.say(f"      {_proof(row)}")
    if isinstance(evidence, dict):
        answer.say(f"  evidence    {evidence['path']}")
        answer.say(f"  head        {evidence['head']}")


def _proof(row: Mapping[str, object]) -> str:
    if row["proved_off_since"]:
        return f"proved off {row['last_proved_off']}; no visit since {row['proved_off_since']} found it on"
    if row["last_proved_off"]:
        return f"last proved off {row['last_proved_off']}"
    return "never proved off"
