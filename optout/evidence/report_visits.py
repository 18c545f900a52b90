"""Read the runs for the report: whatever stands in a file, a visit comes out, never a better one."""

import enum
import re
import unicodedata
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from optout.change import Change
from optout.errors import EvidenceDamaged
from optout.evidence import changes
from optout.evidence.audit_findings import FOLLOWS, PROVED_OFF, WITNESSES
from optout.evidence.chain import Run, runs, understood
from optout.evidence.record import is_time

_LONGEST = 4000
_RUN_TIME = re.compile(r"[0-9]+_([0-9]{8}T[0-9]{6}Z)")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_Within = tuple[datetime | None, datetime | None]  # beginning and end of a visit
_ON = frozenset({"on", "came_back_on", "did_not_stick"})


class State(enum.StrEnum):
    """What one visit showed of one setting; UNKNOWN unless its record is whole and follows from itself."""

    OFF = "off"
    NOT_OFFERED = "not_offered"
    ON = "on"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What stood beside the switch on the load that decided; None where it is not recorded.

    `at` is also None if it does not lie within the visit: then no more is known than when the visit ended.
    """

    at: datetime | None
    url: str | None
    heading: str | None
    label: str | None
    description: str | None
    language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one visit says of one setting; `doubt` is a sentence if it cannot be relied upon.

    `witnesses` holds each witness that said something, by its name in `run.json`, and what it said. `taken`
    holds pictures with the time of the load that they show, as far as it is recorded.
    """

    name: str
    before: str
    after: str
    verdict: str
    reason: str
    state: State
    doubt: str | None
    wording: Wording | None
    pictures: tuple[str, ...]
    witnesses: tuple[tuple[str, str], ...] = ()
    taken: tuple[tuple[str, datetime], ...] = ()

    def taken_at(self, picture: str) -> datetime | None:
        """Given the name of a picture, return when the load that it shows was read, None if not recorded."""
        return next((at for name, at in self.taken if name == picture), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One run as the report tells it. `doubt` is a sentence if the run as a whole cannot be relied upon.

    `when` is its end, from the name of its folder. `command` carries `--fix` where that was said.
    """

    run: str
    path: Path
    when: datetime | None
    command: str
    outcome: str
    settings: tuple[Said, ...]
    news: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    left_out: tuple[str, ...] = ()
    interrupted: tuple[str, ...] = ()
    damage_seen: str | None = None
    site: str | None = None
    circumstances: tuple[tuple[str, str], ...] = ()
    account: tuple[tuple[str, str], ...] = ()
    doubt: str | None = None

    def of(self, name: str) -> Said | None:
        """Given the name of a setting, return what this visit says of it, None if it says nothing."""
        return next((said for said in self.settings if said.name == name), None)


def visits(store: Path, doubtful: Set[str]) -> Iterator[Visit]:
    """Given the store's folder and the names of the runs that an audit found fault with, return all visits.

    Newest first. Runs of another kind than a visit are passed over.
    """
    for run in runs(store):
        doubt = (
            "The audit found this run at fault: what it says does not count."
            if run.name in doubtful
            else None
        )
        try:
            content = run.read()
        except EvidenceDamaged as damage:
            yield Visit(
                run=run.name, path=run.path, when=_sealed(run), command="", outcome="", settings=(),
                doubt=damage.sentence,
            )  # fmt: skip
            continue
        if content.get("kind") in ("prune", "key"):
            continue
        yield _visit(run, content, doubt)


def clean(value: object) -> str | None:
    """Given any value out of a file, return it as text that is safe to show, None if it is no text."""
    if not isinstance(value, str) or not value.strip():
        return None
    text = value if len(value) <= _LONGEST else value[:_LONGEST] + " …"
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    # Marks that turn the direction of writing could make a text read as another.
    if character in "\n\t" or (
        unicodedata.category(character) not in {"Cc", "Cs"} and character not in _TURNING
    ):
        return character
    return "\N{REPLACEMENT CHARACTER}"


def _visit(run: Run, content: Mapping[str, object], doubt: str | None) -> Visit:
    options = content.get("options")
    options = options if isinstance(options, dict) else {}
    fix = " --fix" if options.get("fix") is True else ""
    # The times in a run at fault are no better than the rest of it.
    started = None if doubt else _moment(content.get("started"))
    within = (started, _sealed(run))
    return Visit(
        run=run.name,
        path=run.path,
        when=_sealed(run),
        command=(clean(content.get("command")) or "unknown") + fix,
        outcome=clean(content.get("outcome")) or "unknown",
        settings=tuple(_said(run, setting, doubt, within) for setting in _objects(content.get("settings"))),
        news=_texts(content.get("news")),
        changes=changes.read(run.path),
        left_out=_texts(content.get("left_out")),
        interrupted=_texts(content.get("interrupted")),
        damage_seen=clean(content.get("damage_seen")),
        site=clean(options.get("site")),
        circumstances=_rows(content.get("environment")),
        account=_account(run),
        doubt=doubt,
    )


def _said(run: Run, setting: Mapping[str, object], doubt: str | None, within: _Within) -> Said:
    before, after, verdict = (
        clean(setting.get(word)) or "unknown" for word in ("before", "after", "verdict")
    )
    name = clean(setting.get("name")) or "a setting without a name"
    stages = _stages(run.path / name / "state.json") if "/" not in name else {}
    state = _state(before, after, verdict)
    if doubt is None and state is State.UNKNOWN and verdict not in {"unreadable", "conflict"}:
        doubt = "Its verdict does not follow from its readings."
    return Said(
        name=name,
        before=before,
        after=after,
        verdict=verdict,
        reason=clean(setting.get("reason")) or "no reason is recorded",
        state=State.UNKNOWN if doubt else state,
        doubt=doubt,
        wording=_wording(stages, within),
        pictures=_texts(setting.get("screenshots")),
        witnesses=_witnesses(setting.get("witnesses")),
        taken=tuple(_taken(stages, within)),
    )


def _witnesses(value: object) -> tuple[tuple[str, str], ...]:
    told = value if isinstance(value, dict) else {}
    return tuple(
        (name, told[name])
        for name, words in WITNESSES.items()
        if isinstance(told.get(name), str) and told[name] in words
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


def _wording(stages: Mapping[str, object], within: _Within) -> Wording | None:
    stage = stages.get("reload", stages.get("before"))
    if not isinstance(stage, dict):
        return None
    language = clean(stage.get("lang"))
    return Wording(
        at=_moment(stage.get("at"), within),
        url=clean(stage.get("url")),
        heading=clean(stage.get("heading")) or clean(stage.get("title")),
        label=clean(stage.get("label")),
        description=clean(stage.get("description")),
        language=language if language and LANGUAGE.fullmatch(language) else None,
    )


def _taken(stages: Mapping[str, object], within: _Within) -> Iterator[tuple[str, datetime]]:
    for stage in _objects(list(stages.values())):
        at = _moment(stage.get("at"), within)
        if at is not None:
            yield from ((picture, at) for picture in _texts(stage.get("pictures")))


def _moment(value: object, within: _Within | None = None) -> datetime | None:
    """Return a time out of a file; None if it is none, or does not lie in the visit it was written in."""
    if not is_time(value):
        return None
    try:
        at = datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    if within is None:
        return at
    began, ended = within
    return at if began and ended and began <= at <= ended else None


def _sealed(run: Run) -> datetime | None:
    match = _RUN_TIME.fullmatch(run.name)
    try:
        return datetime.strptime(match[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) if match else None
    except ValueError:
        return None


def _account(run: Run) -> tuple[tuple[str, str], ...]:
    try:
        content = run.identity() or {}
    except EvidenceDamaged:
        return ()
    labels = {"account": "Account", "display_name": "Name", "member": "Member", "profile_url": "Profile"}
    shown = ((label, clean(content.get(member))) for member, label in labels.items())
    return tuple((label, text) for label, text in shown if text)


def _objects(value: object) -> list[dict[str, object]]:
    return [member for member in value if isinstance(member, dict)] if isinstance(value, list) else []


def _texts(value: object) -> tuple[str, ...]:
    texts = (clean(member) for member in value) if isinstance(value, list) else ()
    return tuple(text for text in texts if text)


def _rows(value: object) -> tuple[tuple[str, str], ...]:
    rows = []
    for name, member in value.items() if isinstance(value, dict) else ():
        label = (clean(name) or "").replace("_", " ")
        match member:
            case None:
                rows.append((label, "could not be told"))
            case bool():
                rows.append((label, "yes" if member else "no"))
            case str() | int() | float():
                rows.append((label, clean(str(member)) or ""))
            case list():
                rows.append(
                    (label, " \N{MULTIPLICATION SIGN} ".join(clean(str(part)) or "" for part in member[:10]))
                )
    return tuple(rows)
