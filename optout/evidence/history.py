"""What earlier runs in the store say of each setting: the past that a new visit is held against."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from optout.change import Rows, plain
from optout.errors import EvidenceDamaged
from optout.evidence import attempts, carried
from optout.evidence.carried import Carried, Stretch, Texts
from optout.evidence.chain import Run, runs, understood

WAS_READ = frozenset({"on", "off"})
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
_SITE = re.compile(r"https?://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(:[0-9]+)?/?")


@dataclass(kw_only=True)
class History:
    """The past, as far as it can be read.

    `stretches` gives for each setting the last time for which runs proved it off, `read` the names that any
    run read ON or OFF. `lists` is what is known of each list, `wording` of the texts of each setting. `texts`
    and `rows` are what runs without `carried.json` say of the two: the last stage in each `state.json`, the
    last paths of each list. `member_in` names the run that names the member, `broken_off` the times of clicks
    in visits that were killed.
    """

    store: Path | None = field(default=None, compare=False)
    site: str | None = None
    member: str | None = None
    member_in: str | None = None
    stretches: dict[str, Stretch] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)
    texts: dict[str, Mapping[str, object]] = field(default_factory=dict)
    rows: dict[str, frozenset[str]] = field(default_factory=dict)
    lists: dict[str, Rows] = field(default_factory=dict)
    wording: dict[str, Texts] = field(default_factory=dict)
    broken_off: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _counted: dict[tuple[str, datetime], attempts.Attempts] = field(default_factory=dict, compare=False)

    @property
    def proved_off(self) -> dict[str, str]:
        """For each setting the `finished` time of the last run that proved it off."""
        return {name: stretch.last for name, stretch in self.stretches.items()}

    def carried(self, now: datetime) -> Carried:
        """Given the time, return what the next run is to carry forward."""
        return Carried(
            stretches=self.stretches,
            read=frozenset(self.read),
            member_in=self.member_in,
            rows=self.lists,
            texts=self.wording,
            broken_off={name: attempts.not_ahead(times, now) for name, times in self.broken_off.items()},
        )

    def known_paths(self, category: str) -> frozenset[str]:
        """Given a category, return the paths of the rows that were there at the last visit."""
        return self.lists[category].paths if category in self.lists else frozenset()

    def switched_off(self, name: str, now: datetime) -> attempts.Attempts:
        """Given a setting and the time, return how often `check --fix` has switched it off of late."""
        if self.store is None:
            return attempts.NONE
        if (name, now) not in self._counted:
            broken_off = self.broken_off.get(name, ())
            self._counted[name, now] = attempts.of(self.store, name, now, broken_off)
        return self._counted[name, now]


def of(store: Path, names: Iterable[str]) -> History:
    """Given the store's folder and setting names, return their past; empty if there is none.

    Runs are opened from the newest back to the first that carries the past before it; those of an earlier
    version carry none, and are all opened then. Without names, only site and member are looked for. A run
    that cannot be understood says nothing here: the audit names it.
    """
    wanted = set(names)
    past = History(store=store)
    records: list[dict[str, object]] = []
    base: Carried | None = None
    for run in runs(store):
        is_needed, base = base is None, base or carried.read(run.path)
        with suppress(EvidenceDamaged):
            record = run.read()
            _take_site(past, record)
            if is_needed:
                records.append(record)
            if base is None:
                _take_pages(past, run, record)
            _take_member(past, run)
        if base is not None and base.member_in is not None:
            with suppress(EvidenceDamaged):
                _take_member(past, Run(number=0, name=base.member_in, path=run.path.parent / base.member_in))
        member_is_settled = past.member is not None or (base is not None and base.member_in is None)
        if past.site is not None and member_is_settled and (base is not None or not wanted):
            break
    _join(past, base or Carried(), records)
    for name, times in attempts.broken_off(store).items():
        past.broken_off[name] = tuple(dict.fromkeys((*past.broken_off.get(name, ()), *times)))
    return past


def _take_site(past: History, record: Mapping[str, object]) -> None:
    options = record.get("options")
    if past.site is None and isinstance(options, dict):
        past.site = _site(options.get("site"))


def _take_member(past: History, run: Run) -> None:
    if past.member is None:
        member = (run.identity() or {}).get("member")
        if isinstance(member, str) and member and member.isprintable():
            past.member, past.member_in = member, run.name


def _take_pages(past: History, run: Run, record: Mapping[str, object]) -> None:
    """Add what a run of an earlier version saw on the pages, where no newer run has said it."""
    if not past.rows:
        for category, rows in (understood(run.path / "rows.json") or {}).items():
            paths = _paths(rows)
            if paths is not None:
                past.rows[category] = paths
    for name, _ in _settings(record):
        stages = (
            None if name in past.texts else (understood(run.path / name / "state.json") or {}).get("stages")
        )
        if not isinstance(stages, dict) or not stages:
            continue
        newest = list(stages.values())[-1]
        if isinstance(newest, dict) and isinstance(newest.get("checked"), bool):
            past.texts[name] = {
                part: text for part, text in newest.items() if text is None or isinstance(text, str | bool)
            }


def _join(past: History, base: Carried, records: list[dict[str, object]]) -> None:
    """Complete the past from what one run carried forward and the records since, newest first."""
    past.stretches, past.read = dict(base.stretches), set(base.read)
    for record in reversed(records):
        for name, setting in _settings(record):
            stretch = carried.after(past.stretches.get(name), setting, record.get("finished"))
            if stretch is not None:
                past.stretches[name] = stretch
            if any(_is_one_of(setting.get(when), WAS_READ) for when in ("before", "after")):
                past.read.add(name)
    past.broken_off = dict(base.broken_off)
    past.lists = dict(base.rows)
    for category, paths in past.rows.items():
        known = past.lists.get(category, Rows())
        past.lists[category] = replace(known, paths=known.paths | paths)
    past.wording = dict(base.texts)
    for name, facts in past.texts.items():
        lang = facts.get("lang")
        past.wording[name] = {
            **past.wording.get(name, {}),
            **carried.texts_in({plain(str(lang or "")).lower(): facts}),
        }


def _settings(record: Mapping[str, object]) -> Iterator[tuple[str, dict[str, object]]]:
    """Give each finding of a run with its name, which may also be that of a folder in the run."""
    settings = record.get("settings")
    for setting in settings if isinstance(settings, list) else []:
        name = setting.get("name") if isinstance(setting, dict) else None
        if isinstance(name, str) and _NAME.fullmatch(name):
            yield name, setting


def _is_one_of(value: object, words: frozenset[str]) -> bool:
    return isinstance(value, str) and value in words


def _site(value: object) -> str | None:
    """Return an origin as it stands in the file, None if it is no address."""
    if not isinstance(value, str) or not _SITE.fullmatch(value):
        return None
    with suppress(ValueError):
        parts = urlsplit(value)
        return value if parts.hostname and parts.port != 0 else None
    return None


def _paths(rows: object) -> frozenset[str] | None:
    """Return the paths of the rows of a page, None if they are no rows."""
    paths = set()
    for row in rows if isinstance(rows, list) else [None]:
        path = row.get("path") if isinstance(row, dict) else None
        if not isinstance(path, str):
            return None
        paths.add(path)
    return frozenset(paths)
