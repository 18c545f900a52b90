"""What earlier runs in the store say of each setting: the past that a new visit is held against."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from optout.errors import EvidenceDamaged
from optout.evidence.chain import Run, runs, understood

PROVED_OFF = frozenset({"already_off", "turned_off"})
WAS_READ = frozenset({"on", "off"})


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
    """Add what one run says, where no newer run has said it."""
    record = run.read()
    options = record.get("options")
    if past.site is None and isinstance(options, dict) and isinstance(options.get("site"), str):
        past.site = options["site"]
    for category, rows in (understood(run.path / "rows.json") or {}).items():
        if isinstance(rows, list):
            paths = frozenset(str(row.get("path")) for row in rows if isinstance(row, dict))
            past.rows.setdefault(category, paths)
    settings = record.get("settings")
    for setting in settings if isinstance(settings, list) else []:
        if isinstance(setting, dict) and setting.get("name") in wanted:
            _take_setting(past, run, record, setting)
    if past.member is None:
        member = (run.identity() or {}).get("member")
        past.member = member if isinstance(member, str) else None


def _take_setting(
    past: History, run: Run, record: Mapping[str, object], setting: Mapping[str, object]
) -> None:
    """Add what one run says of one setting."""
    name = str(setting["name"])
    if setting.get("verdict") in PROVED_OFF and setting.get("after") == "off":
        past.proved_off.setdefault(name, str(record.get("finished")))
    if setting.get("before") in WAS_READ or setting.get("after") in WAS_READ:
        past.read.add(name)
    stages = (understood(run.path / name / "state.json") or {}).get("stages")
    if name not in past.texts and isinstance(stages, dict) and stages:
        newest = list(stages.values())[-1]
        if isinstance(newest, dict) and newest.get("checked") is not None:
            past.texts[name] = newest
