"""Write the report: one HTML page that says first what is off, since when, and how that is known."""

from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from optout.evidence.audit import Audit, audit
from optout.evidence.report_answers import MOST_MARKS, Mark, again, answers, changed
from optout.evidence.report_gaps import gaps, left_out
from optout.evidence.report_headline import headline, others
from optout.evidence.report_pictures import Album
from optout.evidence.report_visits import State, Visit, visits
from optout.evidence.report_words import filters

if TYPE_CHECKING:
    from jinja2 import Environment

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_ABOUT_A_RUN = frozenset({"sequence", "genesis", "link", "files", "unlisted", "findings"})
_MOST_NEWS = 200  # rows of the table of changes
_MOST_RETURNS = 5  # times that a setting came back on, on its card; all stand in the table of visits
_MOST_IN_WORDS = 4  # settings side by side; with more a cell of the table of visits holds a sign


def render(store: Path, *, now: datetime, runs: str = "runs") -> str:
    """Given a store's folder and the time, return the report as one HTML page that loads nothing.

    `runs` is the address of the folder of runs as seen from where the page will lie.

    Everything in it is taken from the runs and from an audit made on the spot. Whatever the files hold, a
    page comes out; a setting is never shown off unless the newest visit that looked at it proved it, and the
    page says where that was not the newest of all. Raise OptoutError if the store cannot be listed.
    """
    found = audit(store)
    told = list(visits(store, _doubtful(found)))
    what = answers(told)
    sites = list(dict.fromkeys(visit.site for visit in told if visit.site))
    page = _environment().get_template("page")
    return page.render(
        now=now,
        audit=found,
        headline=headline(what),
        others=others(what),
        visits=told,
        answers=what,
        titles={answer.name: answer.title for answer in what},
        gaps=gaps(told, now),
        left_out=left_out(told, [answer.name for answer in what], now),
        again=again(what),
        marks=[mark for mark in Mark if any(mark in answer.marks for answer in what)],
        compact=len(what) > _MOST_IN_WORDS,
        unsure=[visit for visit in told if _is_unsure(visit)],
        detailed=changed(told),
        album=Album(runs),
        news=[(visit, change) for visit in told if not visit.doubt for change in visit.changes],
        most_news=_MOST_NEWS,
        most_marks=MOST_MARKS,
        most_returns=_MOST_RETURNS,
        identities=_identities(told),
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
    environment.filters |= filters()
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


def _is_practice(site: str) -> bool:
    try:
        return urlsplit(site).hostname in _LOOPBACK
    except ValueError:
        return False


def _identities(told: list[Visit]) -> list[tuple[tuple[str, str], ...]]:
    """Return whose account the visits name, once each; one that says less than another is not another."""
    every = list(dict.fromkeys(visit.account for visit in told if visit.account))
    return [each for each in every if not any(set(each) < set(other) for other in every)]
