"""Read the runs for the report: whatever stands in a file, a visit comes out, never a better one."""

import os
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Set
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from optout.errors import EvidenceDamaged
from optout.evidence import changes
from optout.evidence.audit_findings import FOLLOWS, PROVED_OFF, WITNESSES
from optout.evidence.chain import Run, runs, understood
from optout.evidence.report_text import Within, clean, facts, moment, name, objects, texts
from optout.evidence.report_visits import Doubt, Kind, Said, State, Visit, Wording

MOST_SETTINGS = 100  # of one visit; the catalogue has twelve
LONGEST_PATH = 300  # characters of the name of a picture
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_RUN_TIME = re.compile(r"[0-9]+_([0-9]{8}T[0-9]{6}Z)")
_FOLDER = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")
_SEAL = re.compile(r"SHA256SUMS\.[A-Za-z0-9._-]{1,80}")
_ON = frozenset({"on", "came_back_on", "did_not_stick"})
_IDENTITY = ("account", "display_name", "member", "profile_url")


def visits(store: Path, doubtful: Set[str]) -> Iterator[Visit]:
    """Given the store's folder and the names of the runs that an audit found fault with, return all runs.

    Newest first. A run at fault is told as a visit, whatever it calls itself.
    """
    for run in runs(store):
        doubt = Doubt.AT_FAULT if run.name in doubtful else None
        try:
            content = run.read()
        except EvidenceDamaged:
            yield Visit(run=run.name, path=run.path, when=_sealed(run), doubt=Doubt.UNREADABLE)
            continue
        if doubt is None and content.get("kind") in (Kind.PRUNE, Kind.KEY) and not content.get("settings"):
            yield _entry(run, Kind(str(content["kind"])))
        else:
            yield _visit(run, content, doubt)


def _entry(run: Run, kind: Kind) -> Visit:
    paths = (understood(run.path / "pruned.json") or {}).get("paths") if kind is Kind.PRUNE else None
    names = [path for path in paths if isinstance(path, str)] if isinstance(paths, list | dict) else []
    return Visit(
        run=run.name,
        path=run.path,
        when=_sealed(run),
        kind=kind,
        seals=_seals(run.path),
        pruned=frozenset(re.sub(r"^(\.\./|runs/)", "", path) for path in names),
    )


def _visit(run: Run, content: Mapping[str, object], doubt: Doubt | None) -> Visit:
    options = content.get("options")
    options = options if isinstance(options, dict) else {}
    fix = " --fix" if options.get("fix") is True else ""
    told = objects(content.get("settings"))
    if len(told) > MOST_SETTINGS:
        doubt = doubt or Doubt.TOO_MUCH
    # The times in a run at fault are no better than the rest of it.
    within = (None if doubt else moment(content.get("started")), _sealed(run))
    seal = content.get("seal")
    return Visit(
        run=run.name,
        path=run.path,
        when=_sealed(run),
        command=(name(content.get("command")) or "unknown") + fix,
        outcome=name(content.get("outcome")) or "unknown",
        settings=_once(_said(run, setting, doubt, within) for setting in told[:MOST_SETTINGS]),
        news=texts(content.get("news")),
        changes=changes.read(run.path),
        left_out=texts(content.get("left_out"), LONGEST_PATH),
        interrupted=texts(content.get("interrupted"), LONGEST_PATH),
        damage_seen=clean(content.get("damage_seen")),
        site=name(options.get("site")),
        schedule=name(options.get("schedule")),
        circumstances=facts(content.get("environment")),
        account=_account(run),
        seals=_seals(run.path),
        key=name(seal.get("key")) if isinstance(seal, dict) else None,
        doubt=doubt,
    )


def _once(said: Iterator[Said]) -> tuple[Said, ...]:
    """Return findings as they are; of a setting that is told of twice, neither can be relied upon."""
    told = tuple(said)
    often = Counter(each.name for each in told)
    return tuple(
        each
        if often[each.name] == 1
        else replace(each, state=State.UNKNOWN, doubt=each.doubt or Doubt.DOES_NOT_FOLLOW)
        for each in told
    )


def _said(run: Run, setting: Mapping[str, object], doubt: Doubt | None, within: Within) -> Said:
    before, after, verdict = (name(setting.get(word)) or "unknown" for word in ("before", "after", "verdict"))
    called = name(setting.get("name")) or "?"
    stages = _stages(run.path / called / "state.json") if _FOLDER.fullmatch(called) else {}
    state = _state(before, after, verdict)
    if doubt is None and state is State.UNKNOWN and verdict not in {"unreadable", "conflict"}:
        doubt = Doubt.DOES_NOT_FOLLOW
    return Said(
        name=called,
        before=before,
        after=after,
        verdict=verdict,
        reason=clean(setting.get("reason")),
        state=State.UNKNOWN if doubt else state,
        doubt=doubt,
        wording=_wording(stages, within),
        pictures=texts(setting.get("screenshots"), LONGEST_PATH),
        witnesses=_witnesses(setting.get("witnesses")),
        taken=tuple(_taken(stages, within)),
    )


def _witnesses(value: object) -> tuple[tuple[str, str], ...]:
    told = value if isinstance(value, dict) else {}
    return tuple(
        (witness, told[witness])
        for witness, words in WITNESSES.items()
        if isinstance(told.get(witness), str) and told[witness] in words
    )


def _state(before: str, after: str, verdict: str) -> State:
    if verdict not in FOLLOWS.get((before, after), frozenset()):
        return State.UNKNOWN
    if verdict in PROVED_OFF:
        return State.OFF
    if verdict in _ON:
        return State.ON
    return State.NOT_OFFERED if verdict == "not_offered" else State.UNKNOWN


def _stages(path: Path) -> dict[str, object]:
    stages = (understood(path) or {}).get("stages")
    return stages if isinstance(stages, dict) else {}


def _wording(stages: Mapping[str, object], within: Within) -> Wording | None:
    stage = stages.get("reload", stages.get("before"))
    if not isinstance(stage, dict):
        return None
    language = name(stage.get("lang"))
    return Wording(
        at=moment(stage.get("at"), within),
        url=name(stage.get("url")),
        heading=name(stage.get("heading")) or name(stage.get("title")),
        label=clean(stage.get("label")),
        description=clean(stage.get("description")),
        language=language if language and LANGUAGE.fullmatch(language) else None,
    )


def _taken(stages: Mapping[str, object], within: Within) -> Iterator[tuple[str, datetime]]:
    for stage in objects(list(stages.values())):
        at = moment(stage.get("at"), within)
        if at is not None:
            yield from ((picture, at) for picture in texts(stage.get("pictures"), LONGEST_PATH))


def _sealed(run: Run) -> datetime | None:
    match = _RUN_TIME.fullmatch(run.name)
    try:
        return datetime.strptime(match[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) if match else None
    except ValueError:
        return None


def _seals(folder: Path) -> tuple[str, ...]:
    with suppress(OSError), os.scandir(folder) as entries:
        return tuple(sorted(entry.name for entry in entries if _SEAL.fullmatch(entry.name)))
    return ()


def _account(run: Run) -> tuple[tuple[str, str], ...]:
    with suppress(EvidenceDamaged):
        content = run.identity() or {}
        shown = ((member, name(content.get(member))) for member in _IDENTITY)
        return tuple((member, text) for member, text in shown if text)
    return ()
