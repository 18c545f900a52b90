"""`optout settings`: the catalogue, what the last visit found of each setting, and what is left by hand."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import click

from optout.commands import accounts, answer, words
from optout.commands.past import Past, history
from optout.commands.status import STATES, moment
from optout.errors import Outcome
from optout.verdict import Verdict

if TYPE_CHECKING:
    from optout.config import Config
    from optout.linkedin.catalogue import Setting

CORE = "(core): what `optout run` and `optout check` look at, unless --only, --also or --preset names others."
BY_HAND = "By hand, at {origin}: settings that this program does not turn."
FOUND: Mapping[Verdict, str] = {
    Verdict.ALREADY_OFF: "OFF",
    Verdict.TURNED_OFF: "switched OFF, and proved",
    Verdict.ON: "ON",
    Verdict.CAME_BACK_ON: "ON again",
    Verdict.DID_NOT_STICK: "switched off, but still ON",
    Verdict.NOT_OFFERED: "not offered to this account",
    Verdict.UNREADABLE: "could not be read",
    Verdict.CONFLICT: "could not be told: two places of the site disagree",
}


@click.command(
    "settings",
    short_help="List the settings this program knows.",
    epilog="""\b
Examples:
  optout settings
  optout settings --account you@example.org
  optout settings --json
""",
)
@words.shared("account", "as_json")
@click.pass_obj
def command(asked: answer.Asked, said: words.Words) -> int:
    """List the settings this program knows: name, page, what each does, where it is offered.

    The two core settings come first; `optout run` and `optout check` look at these unless --only,
    --also or --preset names others. "Last" is what the newest visit found, from the evidence on this
    computer, for --account or the only account there is. "Seen" is the day on which the page was last
    seen by others as it is described here. At the end come the settings that only you can change, with
    their addresses. No network is used.
    """
    config = words.configuration(said)
    asked.account = _whose(config)
    pasts = _pasts(config, asked.account)
    if said.as_json:
        answer.say_json(_answer(asked.account, pasts))
        return 0
    for line in _told(config, asked.account, pasts):
        answer.say(line)
    return 0


def _whose(config: "Config") -> str | None:
    """Return whose findings are shown; None if there is no account, or several and none is named.

    Raise UsageProblem if the one that is named cannot be an account.
    """
    from optout.commands.status import everybody

    if config.account:
        return accounts.checked(config.account)
    names = everybody(config.folders)
    return names[0] if len(names) == 1 else None


def _pasts(config: "Config", account: str | None) -> dict[str, Past]:
    """Return what the evidence of an account says of each setting, by name."""
    if account is None:
        return {}
    from optout.config import account_folder
    from optout.evidence import ledger

    _, pasts = history(ledger.runs(config.folders.evidence / account_folder(account)))
    return {past.name: past for past in pasts}


def _answer(account: str | None, pasts: Mapping[str, Past]) -> dict[str, object]:
    """Return the `optout.settings/1` object."""
    from optout.linkedin import catalogue, other_pages

    return {
        "schema": "optout.settings/1",
        "outcome": Outcome.GOOD.word,
        "exit_code": Outcome.GOOD.exit_code,
        "catalogue": catalogue.CATALOGUE_DATE,
        "account": account,
        "settings": [
            {
                "name": setting.name,
                "title": setting.title,
                "path": setting.path,
                "core": setting.name in catalogue.CORE,
                "does": setting.does,
                "offered": setting.offered,
                "source": setting.source,
                "seen": setting.seen,
                "last": pasts[setting.name].to_json() if setting.name in pasts else None,
            }
            for setting in catalogue.CATALOGUE.values()
        ],
        "presets": {name: list(names) for name, names in catalogue.PRESETS.items()},
        "by_hand": [
            {
                "title": page.title,
                "path": page.path,
                "controls": page.kind.value,
                "never_touched": page.never,
                "source": other_pages.SOURCE,
                "seen": other_pages.SEEN,
            }
            for page in other_pages.OTHER_PAGES
        ],
    }


def _told(config: "Config", account: str | None, pasts: Mapping[str, Past]) -> Iterator[str]:
    """Yield the lines that tell a person the same."""
    from optout.linkedin import address, catalogue, other_pages

    yield CORE
    for name, names in catalogue.PRESETS.items():
        yield f"--preset {name}: {len(names)} settings, {', '.join(names)}"
    yield from _about(config, account)
    for setting in catalogue.CATALOGUE.values():
        core = " (core)" if setting.name in catalogue.CORE else ""
        yield click.style(f"{setting.name}{core}", bold=True) + f"  {setting.title}"
        for label, text in _lines(setting, pasts.get(setting.name), account):
            yield f"    {label:<9}{text}"
    yield ""
    yield click.style(BY_HAND.format(origin=address.origin_of(None)), bold=True)
    for page in other_pages.OTHER_PAGES:
        never = "; never touched, never opened" if page.never else ""
        yield f"{page.title}: {page.kind.value}{never}"
        yield f"    {'page':<9}{page.path}"


def _about(config: "Config", account: str | None) -> Iterator[str]:
    """Yield whose findings are shown, if it is not plain."""
    from optout.commands.status import everybody

    names = everybody(config.folders)
    if account is not None:
        yield f"last: what the evidence of {account} on this computer says"
    elif names:
        yield f"Several accounts are known: {', '.join(names)}. Say whose findings with `--account EMAIL`."


def _lines(setting: "Setting", past: Past | None, account: str | None) -> Iterator[tuple[str, str]]:
    """Yield the labelled lines about one setting."""
    yield from (("does", setting.does), ("page", setting.path), ("offered", setting.offered))
    yield "seen", f"{setting.seen}; source: {setting.source}"
    if account is not None:
        yield "last", _last(past) if past else "no visit looked at it yet"


def _last(past: Past) -> str:
    """Return the newest finding and, where that could not tell, the last state that a visit could."""
    found = f"{moment(past.seen)}: {FOUND[past.verdict]}"
    if past.verdict not in {Verdict.UNREADABLE, Verdict.CONFLICT}:
        return found
    if past.state is None or past.told is None:
        return f"{found}; no visit could tell"
    return f"{found}; before that {STATES[past.state]} {moment(past.told)}"
