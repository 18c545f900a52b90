"""`optout settings`: the catalogue, what the last visit found of each setting, and what is left by hand."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from optout.commands import accounts, answer, words
from optout.commands.past import LastVisit, Past, history
from optout.commands.status import STATES, everybody, moment
from optout.errors import Outcome
from optout.linkedin import address, catalogue, other_pages
from optout.verdict import Verdict

if TYPE_CHECKING:
    from optout.config import Config
    from optout.linkedin.catalogue import Setting
    from optout.linkedin.other_pages import OtherPage

HEAD = "Settings that this program switches off"
CORE = "`optout run` and `optout check` look at the core ones unless --only, --also or --preset names others."
PRESET_HOLDS = {"ads": "under Advertising data", "all": "that are listed here"}
BY_HAND = "Settings that only you can change"
BY_HAND_WHY = "This program turns none of them; in parentheses stands why. Seen: {seen}; source: {source}."
SOURCE = "Source: who has seen the page as it is described, not we. {sources}."
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
  optout settings --preset ads
  optout settings --account you@example.org
  optout settings --json
""",
)
@click.option(
    "--preset", metavar="NAME", multiple=True, help="List this group alone: `ads`, or `all`; may be repeated."
)
@words.shared("account", "as_json")
@click.pass_obj
def command(asked: answer.Asked, said: words.Words) -> int:
    """List the settings this program knows: name, page, what each does, where it is offered.

    The two core settings come first; `optout run` and `optout check` look at these unless --only,
    --also or --preset names others. "Last" is what the newest visit found, from the evidence on this
    computer, for --account or the only account there is. "Seen" is the day on which the page was last
    seen by others as it is described here. At the end come the settings that only you can change, with
    their addresses; `--preset ads` leaves them out. No network is used.
    """
    config = words.configuration(said)
    asked.account = _whose(config)
    listed = words.settings(said) if said.preset else tuple(catalogue.CATALOGUE.values())
    by_hand = other_pages.OTHER_PAGES if not said.preset or "all" in said.preset else ()
    last, pasts = _pasts(config, asked.account)
    if said.as_json:
        answer.say_json(_answer(asked.account, listed, by_hand, pasts))
        return 0
    origin = address.origin_of(config.site)
    for line in (
        *_head(listed),
        *_about(config, asked.account, last),
        *_settings(listed, origin, pasts if last else None),
        *_by_hand(by_hand, origin),
    ):
        answer.say(line)
    answer.say("")
    answer.say(
        SOURCE.format(sources="; ".join(f"{name}: {what}" for name, what in catalogue.SOURCES.items()))
    )
    return 0


def _whose(config: "Config") -> str | None:
    """Return whose findings are shown; None if there is no account, or several and none is named.

    Raise UsageProblem if the one that is named cannot be an account.
    """
    if config.account:
        return accounts.checked(config.account)
    names = everybody(config.folders)
    return names[0] if len(names) == 1 else None


def _pasts(config: "Config", account: str | None) -> tuple[LastVisit | None, dict[str, Past]]:
    """Return the last visit of an account, and what its evidence says of each setting, by name."""
    if account is None:
        return None, {}
    from optout.config import account_folder
    from optout.evidence import ledger

    last, pasts = history(ledger.runs(config.folders.evidence / account_folder(account)))
    return last, {past.name: past for past in pasts}


def _answer(
    account: str | None,
    listed: Sequence["Setting"],
    by_hand: Sequence["OtherPage"],
    pasts: Mapping[str, Past],
) -> dict[str, object]:
    """Return the `optout.settings/1` object."""
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
            for setting in listed
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
            for page in by_hand
        ],
    }


def _head(listed: Sequence["Setting"]) -> Iterator[str]:
    """Yield the heading of the settings that are listed, and how to name them to the other commands."""
    yield click.style(HEAD, bold=True)
    yield CORE
    if len(listed) == len(catalogue.CATALOGUE):
        for name, names in catalogue.PRESETS.items():
            yield f"--preset {name}: the {len(names)} {PRESET_HOLDS[name]}"


def _about(config: "Config", account: str | None, last: LastVisit | None) -> Iterator[str]:
    """Yield whose findings are shown, and what is to be known of them."""
    names = everybody(config.folders)
    if account is None:
        if names:
            yield (
                f"Several accounts are known: {', '.join(names)}. Say whose findings with `--account EMAIL`."
            )
        return
    if last is not None:
        yield f"last: what the evidence of {account} on this computer says"
        if last.site is not None and address.is_practice(last.site):
            yield f"site: {last.site}, a practice site: nothing of this is about a real account"
    elif account.lower() in {name.lower() for name in names}:
        yield f"{account}: no visit yet; run `optout run`"
    else:
        yield f"{account}: not known here; run `optout login`"


def _settings(listed: Sequence["Setting"], origin: str, pasts: Mapping[str, Past] | None) -> Iterator[str]:
    """Yield the lines about each setting; no word on findings if there is no visit at all."""
    for setting in listed:
        yield ""
        core = " (core)" if setting.name in catalogue.CORE else ""
        yield click.style(f"{setting.name}{core}", bold=True) + f"  {setting.title}"
        facts = [("does", setting.does), ("page", origin + setting.path), ("offered", setting.offered)]
        facts.append(("seen", f"{setting.seen}; source: {setting.source}"))
        if pasts is not None:
            past = pasts.get(setting.name)
            facts.append(("last", _last(past) if past else "no visit looked at it yet"))
        yield from (f"    {label:<9}{text}" for label, text in facts)


def _by_hand(pages: Sequence["OtherPage"], origin: str) -> Iterator[str]:
    """Yield one line for each page that is left to the person."""
    if not pages:
        return
    yield ""
    yield click.style(BY_HAND, bold=True)
    yield BY_HAND_WHY.format(seen=other_pages.SEEN, source=other_pages.SOURCE)
    for page in pages:
        never = "; never opened by this program" if page.never else ""
        yield f"{page.title} ({page.kind.value}{never}): {origin}{page.path}"


def _last(past: Past) -> str:
    """Return the newest finding and, where that could not tell, the last state that a visit could."""
    found = f"{moment(past.seen)}: {FOUND[past.verdict]}"
    if past.verdict not in {Verdict.UNREADABLE, Verdict.CONFLICT}:
        return found
    if past.state is None or past.told is None:
        return f"{found}; no visit could tell"
    return f"{found}; before that {STATES[past.state]} {moment(past.told)}"
