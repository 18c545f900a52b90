"""What a run carries forward, so that the next visit need not open all runs before it: `carried.json`.

Proofs stand in it as they were before the run: the run's own findings are in its `run.json`. Lists and texts
stand in it as they were after the run.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from optout.change import MOST_LANGUAGES, MOST_ROWS, PARTS, Rows, plain
from optout.evidence.chain import understood
from optout.evidence.record import is_time, stamp

FILE = "carried.json"
MOST_BROKEN_OFF = 20  # clicks of killed visits that are remembered for a setting
SCHEMA = "optout.carried/1"
PROVED_OFF = frozenset({"already_off", "turned_off"})
FOUND_ON = frozenset({"on", "came_back_on", "did_not_stick"})
SHOWED_ON = (
    "control",
    "stood",
    "second_load",
    "last_load",
)  # witnesses that may have seen it ON where readings do not
_RUN = re.compile(r"[0-9]{6,}_[0-9]{8}T[0-9]{6}Z")

Texts = Mapping[str, Mapping[str, str]]  # language: part: text


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """The last time for which visits proved a setting off: from `since` to `last`, times with a Z.

    `closed` says that it was seen in another state since, `found_on` when it was first seen ON since.
    """

    since: str
    last: str
    closed: bool = False
    found_on: str | None = None

    def until(self, now: str) -> str:
        """Given the time of a visit that found it ON, return the sentence on how it came back."""
        proved = f"proved off at {moment(self.last)}"
        if self.since != self.last:
            proved = f"proved off from {moment(self.since)} to {moment(self.last)}"
        first, found = moment(self.found_on or now), moment(now)
        return f"{proved}; found ON at {first}" + (f", and at {found}" if found != first else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """The past in short. `member_in` names the newest earlier run whose `account.json` names the member.

    `broken_off` gives for each setting the times of clicks in visits that were killed before their sealing.
    """

    stretches: Mapping[str, Stretch] = field(default_factory=dict)
    read: frozenset[str] = frozenset()
    member_in: str | None = None
    rows: Mapping[str, Rows] = field(default_factory=dict)
    texts: Mapping[str, Texts] = field(default_factory=dict)
    broken_off: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """Return the content of `carried.json`."""
        return {
            "schema": SCHEMA,
            "proved_off": {
                name: {
                    "since": each.since,
                    "last": each.last,
                    "closed": each.closed,
                    "found_on": each.found_on,
                }
                for name, each in sorted(self.stretches.items())
            },
            "read": sorted(self.read),
            "member_in": self.member_in,
            "rows": {
                page: {
                    "whole": rows.whole,
                    "paths": sorted(rows.paths),
                    "labels": rows.labels,
                }
                for page, rows in self.rows.items()
            },
            "texts": self.texts,
            "broken_off": self.broken_off,
        }


def after(earlier: Stretch | None, setting: Mapping[str, object], finished: object) -> Stretch | None:
    """Given a setting's stretch, what the next run's `run.json` says of it and its time, return the stretch.

    A run that could not tell neither ends nor lengthens it; what is of another kind says nothing.
    """
    if not is_time(finished):
        return earlier
    before, end, verdict = (setting.get(member) for member in ("before", "after", "verdict"))
    is_proof = isinstance(verdict, str) and verdict in PROVED_OFF and end == "off"
    if is_proof and not was_seen_on({**setting, "before": None}):
        # A clock that was set back begins a new one: none ends before it begins.
        goes_on = earlier and not earlier.closed and before == "off" and earlier.last <= finished
        return Stretch(since=earlier.since if earlier and goes_on else finished, last=finished)
    if earlier is None:
        return None
    if was_seen_on(setting) or (isinstance(verdict, str) and verdict in FOUND_ON):
        return replace(earlier, closed=True, found_on=earlier.found_on or finished)
    gone = verdict == "not_offered" or "not_offered" in (before, end)
    return replace(earlier, closed=True) if gone else earlier


def was_seen_on(setting: Mapping[str, object]) -> bool:
    """Given what a `run.json` says of a setting, return whether anything in that visit showed it ON."""
    told = setting.get("witnesses")
    witnesses = told if isinstance(told, dict) else {}
    seen = [setting.get("before"), setting.get("after"), *(witnesses.get(name) for name in SHOWED_ON)]
    return "on" in seen


def read(run: Path) -> Carried | None:
    """Given a run folder, return what it carries forward; None if it has nothing that can be understood.

    Proofs of a time that there is not, that end before they begin, or that are later than the run, are none.
    """
    content = understood(run / FILE)
    if content is None or content.get("schema") != SCHEMA:
        return None
    latest = _sealed(run.name)
    stretches = {name: _stretch(each, latest) for name, each in _members(content.get("proved_off"))}
    member_in = content.get("member_in")
    return Carried(
        stretches={name: each for name, each in stretches.items() if each is not None},
        read=frozenset(_words(content.get("read"))),
        member_in=member_in if isinstance(member_in, str) and _RUN.fullmatch(member_in) else None,
        rows={page: _rows(each) for page, each in _members(content.get("rows"))},
        texts={name: texts_in(each) for name, each in _members(content.get("texts"))},
        broken_off={
            name: tuple(filter(is_time, _words(each)))[-MOST_BROKEN_OFF:]
            for name, each in _members(content.get("broken_off"))
        },
    )


def texts_in(value: object) -> Texts:
    """Given any value out of a file, return the texts of a setting's page for each language in it."""
    return {
        lang: {part: plain(text) for part, text in _members(parts) if part in PARTS and isinstance(text, str)}
        for lang, parts in list(_members(value))[-MOST_LANGUAGES:]
    }


def moment(time: str) -> str:
    """Given a time as a run holds it, return it as a person reads it, to the minute."""
    return f"{time[:10]} {time[11:16]} UTC"


def _sealed(name: str) -> str:
    """Given the name of a run folder, return when it was sealed, as a run holds times."""
    try:
        return stamp(datetime.strptime(name.partition("_")[2], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC))
    except ValueError:
        return ""


def _stretch(value: object, latest: str) -> Stretch | None:
    content = dict(_members(value))
    since, last, found_on = (content.get(member) for member in ("since", "last", "found_on"))
    if not is_time(since) or not is_time(last) or not since <= last <= latest:
        return None
    found = found_on if is_time(found_on) and last <= found_on <= latest else None
    return Stretch(since=since, last=last, closed=content.get("closed") is True, found_on=found)


def _rows(value: object) -> Rows:
    content = dict(_members(value))
    labels = {
        lang: {path: plain(label) for path, label in _members(of_lang) if isinstance(label, str)}
        for lang, of_lang in list(_members(content.get("labels")))[-MOST_LANGUAGES:]
    }
    paths = frozenset(list(_words(content.get("paths")))[:MOST_ROWS])
    return Rows(paths=paths, whole=content.get("whole") is True, labels=labels)


def _members(value: object) -> Iterable[tuple[str, object]]:
    return value.items() if isinstance(value, dict) else ()


def _words(value: object) -> Iterable[str]:
    return (each for each in value if isinstance(each, str)) if isinstance(value, list) else ()
