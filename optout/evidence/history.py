"""What earlier runs in the store say of each setting: the past that a new visit is held against."""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from optout.errors import EvidenceDamaged
from optout.evidence.chain import Run, runs, understood

PROVED_OFF = frozenset({"already_off", "turned_off"})
WAS_READ = frozenset({"on", "off"})
_SITE = re.compile(r"https?://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(:[0-9]+)?/?")


@dataclass(kw_only=True)
class History:
    """The past, as far as it can be read. Texts are from the newest run that has them.

    `proved_off` gives for each setting the `finished` time of the last run that proved it off, `read` the
    names that any run read ON or OFF, `texts` the last stage in each `state.json`, `rows` the last paths
    of the rows of each page.
    """

    site: str | None = None
    member: str | None = None
    proved_off: dict[str, str] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)
    texts: dict[str, Mapping[str, object]] = field(default_factory=dict)
    rows: dict[str, frozenset[str]] = field(default_factory=dict)


def of(store: Path, names: Iterable[str]) -> History:
    """Given the store's folder and setting names, return their past; empty if there is none.

    Runs are opened from the newest back until every name has been proved off once, at least one. A run that
    cannot be understood says nothing here: the audit names it.
    """
    wanted = set(names)
    past = History()
    for run in runs(store):
        with suppress(EvidenceDamaged):
            _take(past, run, wanted)
        if past.site is not None and wanted <= set(past.proved_off) and past.member:
            break
    return past


def _take(past: History, run: Run, wanted: set[str]) -> None:
    """Add what one run says, where no newer run has said it; what is of another kind says nothing."""
    record = run.read()
    options = record.get("options")
    if past.site is None and isinstance(options, dict):
        past.site = _site(options.get("site"))
    for category, rows in (understood(run.path / "rows.json") or {}).items():
        paths = _paths(rows)
        if paths is not None:
            past.rows.setdefault(category, paths)
    settings = record.get("settings")
    for setting in settings if isinstance(settings, list) else []:
        name = setting.get("name") if isinstance(setting, dict) else None
        if isinstance(name, str) and name in wanted:
            _take_setting(past, run, name, setting)
            _take_proof(past, record, name, setting)
    if past.member is None:
        member = (run.identity() or {}).get("member")
        past.member = member if isinstance(member, str) and member and member.isprintable() else None


def _take_setting(past: History, run: Run, name: str, setting: Mapping[str, object]) -> None:
    """Add what one run read of one setting."""
    if any(_is_one_of(setting.get(when), WAS_READ) for when in ("before", "after")):
        past.read.add(name)
    stages = (understood(run.path / name / "state.json") or {}).get("stages")
    if name not in past.texts and isinstance(stages, dict) and stages:
        newest = list(stages.values())[-1]
        if isinstance(newest, dict) and isinstance(newest.get("checked"), bool):
            past.texts[name] = {
                part: text for part, text in newest.items() if text is None or isinstance(text, str | bool)
            }


def _take_proof(
    past: History, record: Mapping[str, object], name: str, setting: Mapping[str, object]
) -> None:
    """Add when one run proved one setting off."""
    finished = record.get("finished")
    proved = _is_one_of(setting.get("verdict"), PROVED_OFF) and setting.get("after") == "off"
    if proved and isinstance(finished, str):
        past.proved_off.setdefault(name, finished)


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
