"""Write the report: one HTML page that says first what is off, since when, and how that is known."""

from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from optout.evidence.audit import Audit, audit
from optout.evidence.report_answers import Answer, answers, changed, gaps
from optout.evidence.report_pictures import Album
from optout.evidence.report_visits import LANGUAGE, State, Visit, visits

if TYPE_CHECKING:
    from jinja2 import Environment

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_ABOUT_A_RUN = frozenset({"sequence", "genesis", "link", "files", "unlisted", "findings"})
# Not strftime's, which follow the computer's language: the page is in English.
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_MOST_NEWS = 200  # rows of the table of changes
_CHANGES = {
    "row_new": "a row that is new",
    "row_gone": "a row that is gone",
    "row_renamed": "a row with another name",
    "wording": "other words",
}
_VERDICTS = {
    "already_off": "off already",
    "turned_off": "switched off",
    "not_offered": "not offered",
    "on": "on",
    "came_back_on": "came back on",
    "did_not_stick": "did not stick",
    "unreadable": "could not be read",
    "conflict": "witnesses disagree",
}
_WITNESSES = {
    "control": "the switch on a fresh load",
    "stood": "that page, left open",
    "second_load": "a second fresh load",
    "last_load": "a fresh load after the last click of the visit",
    "save_response": "the site's answer to the save",
    "row": "its row in the list",
}
_SAID = {
    "not_offered": "no switch",
    "unreadable": "not to be had",
    "conflict": "on and off at once",
    "listed": "there",
}
_OUTCOMES = {
    "good": "all good",
    "on": "a setting is on",
    "could_not_tell": "could not tell",
    "person_needed": "a person was needed",
    "try_later": "the site could not be used",
    "evidence_damaged": "the evidence was not as it was left",
    "fault": "a fault of the program",
    "usage": "asked for what cannot be done",
}


def render(store: Path, *, now: datetime, runs: str = "runs") -> str:
    """Given a store's folder and the time, return the report as one HTML page that loads nothing.

    `runs` is the address of the folder of runs as seen from where the page will lie.

    Everything in it is taken from the runs and from an audit made on the spot. Whatever the files hold, a
    page comes out; a setting is never shown off unless the newest visit proved it. Raise OptoutError if the
    store cannot be listed.
    """
    found = audit(store)
    told = list(visits(store, _doubtful(found)))
    what = answers(told)
    sites = list(dict.fromkeys(visit.site for visit in told if visit.site))
    page = _environment().get_template("page")
    return page.render(
        now=now,
        audit=found,
        headline=_headline(what),
        visits=told,
        answers=what,
        titles={answer.name: answer.title for answer in what},
        gaps=gaps(told, now),
        unsure=[visit for visit in told if _is_unsure(visit)],
        detailed=changed(told),
        album=Album(runs),
        news=[(visit, change) for visit in told if not visit.doubt for change in visit.changes],
        most_news=_MOST_NEWS,
        identities=list(dict.fromkeys(visit.account for visit in told if visit.account)),
        sites=sites,
        practice=any(_is_practice(site) for site in sites),
    )


def _environment() -> "Environment":
    from jinja2 import DictLoader, Environment, StrictUndefined

    page = resources.files("optout.evidence").joinpath("report.html").read_text(encoding="utf-8")
    environment = Environment(
        loader=DictLoader({"page": page}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "moment": _moment,
        "day": _day,
        "clock": lambda when: f"{when.astimezone(UTC):%H:%M}" if when else "",
        "short_day": lambda when: _day(when, letters=3),
        "iso": _iso,
        "sentence": lambda text: text[:1].upper() + text[1:],
        "verdict": lambda word: _VERDICTS.get(word, "not understood"),
        "is_language": lambda text: text is not None and LANGUAGE.fullmatch(text) is not None,
        "change": lambda kind: _CHANGES[kind],
        "witness": lambda name: _WITNESSES[name],
        "said": lambda word: _SAID.get(word, word),
        "outcome": lambda word: _OUTCOMES.get(word, "not understood"),
    }
    return environment


def _doubtful(found: Audit) -> frozenset[str]:
    return frozenset(
        run
        for check in found.checks
        if check.name in _ABOUT_A_RUN and check.result in {"fails", "could_not_check"}
        for run in check.runs
    )


def _is_unsure(visit: Visit) -> bool:
    return bool(visit.doubt) or not visit.settings or any(s.state is State.UNKNOWN for s in visit.settings)


def _headline(found: list[Answer]) -> str:
    if not found:
        return "No setting was looked at yet"
    counts = {state: sum(answer.state is state for answer in found) for state in State}
    parts = [
        f"{counts[State.OFF]} of {len(found)} {'setting' if len(found) == 1 else 'settings'} proved off",
        f"{counts[State.NOT_OFFERED]} not offered" if counts[State.NOT_OFFERED] else "",
        f"{counts[State.ON]} on" if counts[State.ON] else "",
        f"{counts[State.UNKNOWN]} not known" if counts[State.UNKNOWN] else "",
    ]
    return ", ".join(part for part in parts if part)


def _is_practice(site: str) -> bool:
    try:
        return urlsplit(site).hostname in _LOOPBACK
    except ValueError:
        return False


def _moment(when: datetime | None) -> str:
    if when is None:
        return "at an unknown time"
    return f"{_day(when)}, {when.astimezone(UTC):%H:%M:%S} UTC"


def _day(when: datetime | None, *, letters: int | None = None) -> str:
    if when is None:
        return "on an unknown day"
    here = when.astimezone(UTC)
    return f"{here.day} {_MONTHS[here.month - 1][:letters]} {here.year}"


def _iso(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
