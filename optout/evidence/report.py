"""Write the report: one HTML page that says first what is off, since when, and how that is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from optout.change import Kind as Change
from optout.evidence import report_answers, report_card, report_gaps, report_headline
from optout.evidence.audit import Audit, audit
from optout.evidence.report_answers import MOST_MARKS, Answer, Mark
from optout.evidence.report_pictures import BUDGET, Album, Picture, absent
from optout.evidence.report_reading import LANGUAGE, visits
from optout.evidence.report_visits import Kind, Said, State, Visit
from optout.evidence.report_words import Words, clock, month_later

if TYPE_CHECKING:
    from jinja2 import Template

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_ABOUT_A_RUN = frozenset({"sequence", "genesis", "link", "files", "unlisted", "findings"})
_MOST_LISTED = 40  # entries of a list: gaps, visits that could not tell
_MOST_NEWS = 100  # changes of rows, and of words
_MOST_TOLD = 40  # visits that are told one by one, besides the first
_MOST_IN_WORDS = 4  # settings side by side; with more the page uses signs, and shows no whole pages


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A visit that is told on its own: settings with their pictures, and those that stayed as before."""

    visit: Visit
    settings: tuple[tuple[Said, list[Picture]], ...]
    unchanged: tuple[Said, ...]


def render(  # noqa: PLR0913 - all that a page depends on
    store: Path,
    *,
    now: datetime,
    runs: str | None = "runs",
    lang: str = "en",
    room: int = BUDGET,
    found: Audit | None = None,
) -> str:
    """Given a store's folder and the time, return the report as one HTML page that loads nothing.

    `runs` is the address of the folder of runs as seen from where the page will lie, None for a page that is
    to link to no file. `lang` is one of `report_words.LANGUAGES`. `room` is how many bytes of pictures the
    page may hold. `found` is an audit of that store, made on the spot if left out. The same store, time and
    words give the same page.

    Everything in it is taken from the runs and from the audit. Whatever the files hold, a
    page comes out; a setting is never shown off unless the newest visit that looked at it proved it, and the
    page says where that was not the newest of all. Raise OptoutError if the store cannot be listed.
    """
    t = Words(lang)
    found = found or audit(store)
    entries = list(visits(store, _doubtful(found)))
    told = [entry for entry in entries if entry.kind is Kind.VISIT]
    what = report_answers.answers(told)
    album = Album(t=t, runs=runs, absent=absent(store, entries), left=room)
    compact = len(what) > _MOST_IN_WORDS
    cards = [_card(answer, album, t, compact=compact) for answer in what]
    detailed = report_answers.changed(told)
    chosen = [visit for visit in told if visit.run in detailed]
    shown = _told([*chosen[:_MOST_TOLD], *chosen[_MOST_TOLD:][-1:]], detailed, album)
    sites = list(dict.fromkeys(visit.site for visit in told if visit.site))
    changes = [(visit, change) for visit in told if not visit.doubt for change in visit.changes]
    return _template().render(
        t=t,
        now=now,
        style=_own("report.css"),
        audit=found,
        headline=report_headline.headline(what, t),
        others=report_headline.others(what, t),
        entries=entries,
        visits=told,
        answers=what,
        more_settings=len(report_answers.names(told)) - len(what),
        cards=cards,
        answer_of={answer.name: answer for answer in what},
        gaps=report_gaps.gaps(told, now),
        left_out=report_gaps.left_out(told, [answer.name for answer in what], now),
        again=report_answers.again(what),
        marks=[mark for mark in Mark if any(mark in answer.marks for answer in what)],
        most_marks=MOST_MARKS,
        compact=compact,
        unsure=[(visit, _unread(visit)) for visit in told if _is_unsure(visit)],
        shown=shown,
        anchored={each.visit.run for each in shown},
        not_shown=len(chosen) - len(shown),
        album=album,
        rows=[each for each in changes if each[1].kind is not Change.WORDING],
        wording=[each for each in changes if each[1].kind is Change.WORDING],
        most_news=_MOST_NEWS,
        most_listed=_MOST_LISTED,
        identities=_identities(told),
        sites=sites,
        practice=any(_is_practice(site) for site in sites),
        key=found.key or next((visit.key for visit in told if visit.key and not visit.doubt), None),
        link=lambda visit: report_card.link(visit, t),
        sentence=report_card.sentence,
        clock=clock,
        month_later=month_later,
        is_language=lambda text: text is not None and LANGUAGE.fullmatch(text) is not None,
    )


@cache
def _template() -> "Template":
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(_own("report.html"))


def _own(name: str) -> str:
    return resources.files("optout.evidence").joinpath(name).read_text(encoding="utf-8")


def _card(answer: Answer, album: Album, t: Words, *, compact: bool) -> dict[str, object]:
    """Return what stands on the card of an answer; beside many others it has no picture."""
    picture = album.newest(answer.latest, answer.said) if answer.said and not compact else None
    return {
        "answer": answer,
        "sentences": list(report_card.sentences(answer, t)),
        "returns": report_card.returns(answer, t),
        "bars": report_card.bars(answer, t),
        "picture": picture if picture and picture.source else None,
    }


def _told(chosen: Sequence[Visit], detailed: dict[str, frozenset[str]], album: Album) -> list[Told]:
    """Return visits as they are told, newest first; the newest and the first fill the page's room first."""
    by_run = {visit.run: visit for visit in chosen}
    order = dict.fromkeys([*list(by_run)[:1], *list(by_run)[-1:], *by_run])
    told = {run: _tell(by_run[run], detailed[run], album) for run in order}
    return [told[run] for run in by_run]


def _tell(visit: Visit, names: frozenset[str], album: Album) -> Told:
    whole = len(names) <= _MOST_IN_WORDS
    settings = [said for said in visit.settings if said.name in names]
    return Told(
        visit=visit,
        settings=tuple((said, album.pictures(visit, said, whole=whole)) for said in settings),
        unchanged=tuple(said for said in visit.settings if said.name not in names),
    )


def _doubtful(found: Audit) -> frozenset[str]:
    """Return the runs that cannot be relied upon: of what fails all, of what could not be checked some."""
    return frozenset(
        run
        for check in found.checks
        if check.result == "fails" or (check.result == "could_not_check" and check.name in _ABOUT_A_RUN)
        for run in check.runs
    )


def _is_unsure(visit: Visit) -> bool:
    return bool(visit.doubt) or not visit.settings or any(s.state is State.UNKNOWN for s in visit.settings)


def _unread(visit: Visit) -> list[tuple[Said, list[str]]]:
    """Return what a visit could not tell: for each reason one finding, and the names of all that share it."""
    together: dict[tuple[object, ...], tuple[Said, list[str]]] = {}
    for said in visit.settings:
        if said.state is State.UNKNOWN:
            _, names = together.setdefault((said.doubt, said.reason, said.verdict), (said, []))
            names.append(said.name)
    return list(together.values())


def _is_practice(site: str) -> bool:
    try:
        return urlsplit(site).hostname in _LOOPBACK
    except ValueError:
        return False


def _identities(told: list[Visit]) -> list[tuple[tuple[str, str], ...]]:
    """Return whose account the visits name, once each; one that says less than another is not another."""
    every = list(dict.fromkeys(visit.account for visit in told if visit.account))[:_MOST_LISTED]
    return [each for each in every if not any(set(each) < set(other) for other in every)]
