"""Do the texts beside the pictures, the list and the times of a run agree with what it says in the end.

Standard library only. What a run of an earlier version does not hold yet is not missed in it.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from datetime import datetime
from urllib.parse import urlsplit

from optout.evidence.audit_findings import PROVED_OFF, STAGES, left_out_in, proved_off_in, shown

# What a stage with such a switch may have been read as; "unreadable" and "conflict" may follow from either.
_READ: Mapping[bool, frozenset[str]] = {
    True: frozenset({"on", "unreadable", "conflict"}),
    False: frozenset({"off", "unreadable", "conflict"}),
}
# The stages that may show ON although the setting was proved off in the end: before the click, and while a
# site lags behind it.
_MAY_BE_ON: Mapping[str, tuple[str, ...]] = {
    "already_off": (),
    "turned_off": ("before", "after", "early-reload"),
}
_SINCE_WITNESSES = frozenset({"carried.json", "changes.json"})  # a run that has these records witnesses


def disagreements(
    run: Mapping[str, object], states: Mapping[str, object], *, rows: object, listed: Set[str]
) -> Iterator[str]:
    """Given a visit's `run.json`, return a sentence for each thing in the run that disagrees with it.

    `states` maps the name of a setting to the content of its `state.json`, `rows` is that of `rows.json`,
    `listed` holds the names in `SHA256SUMS`. Any value may be of any type.
    """
    settings = run.get("settings")
    for setting in settings if isinstance(settings, list) else ():
        if not isinstance(setting, dict) or not isinstance(name := setting.get("name"), str):
            continue
        if "witnesses" not in setting and listed & _SINCE_WITNESSES:
            yield f"{shown(name)} has no witnesses, which a visit of this version records"
        stages = _stages(states.get(name))
        yield from _of_stages(name, setting, stages)
        yield from _of_witnesses(name, setting, stages, was_stopped=run.get("outcome") != "good")
        if setting.get("verdict") == "not_offered":
            asked = _asked(name, stages, run.get("steps"), _lists(rows))
            for path in sorted(asked & _paths(rows)):
                yield f"{shown(name)} is called not_offered, but its row {shown(path)} stands in rows.json"


def doubts(run: Mapping[str, object], states: Mapping[str, object], *, listed: Set[str]) -> Iterator[str]:
    """Given the same, return a sentence for each thing that cannot be told from what was sealed.

    A secret on a page destroys what was kept of it, and a clock may be set back: neither is damage, and
    neither proves anything.
    """
    good = set(proved_off_in(run))
    for name in left_out_in(run, states):
        if name in good:
            yield f"{shown(name)} is called off, but its state.json was left out"
    settings = run.get("settings")
    for setting in settings if isinstance(settings, list) else ():
        match setting:
            case {"name": str(name), "verdict": "not_offered"} if not any(
                each.startswith(f"{name}/") for each in listed
            ):
                yield f"{shown(name)} is called not_offered, but neither text nor picture of it was sealed"
    times = [_time(run.get(member)) for member in ("started", "finished", "sealed")]
    for earlier, later, words in zip(times, times[1:], _TURNED, strict=False):
        if earlier and later and later < earlier:
            yield words


_TURNED = ("it finished before it started", "it was sealed before it finished")


def _of_stages(
    name: str, setting: Mapping[str, object], stages: Mapping[str, Mapping[str, object]]
) -> Iterator[str]:
    """Yield what the stages of a setting show otherwise than its finding says."""
    showing = {
        stage: told["checked"] for stage, told in stages.items() if isinstance(told.get("checked"), bool)
    }
    paths = {_path(stages[stage].get("url")) for stage in showing}
    if len(paths) > 1:
        yield f"state.json of {shown(name)} is of several pages ({', '.join(map(shown, sorted(paths)))})"
    verdict = setting.get("verdict")
    if verdict == "not_offered":
        for stage in showing:
            yield f"{shown(name)} is called not_offered, but a switch stood there at the stage {shown(stage)}"
    if isinstance(verdict, str) and verdict in PROVED_OFF:
        for stage, checked in showing.items():
            if checked and not stage.startswith(_MAY_BE_ON[verdict]):
                yield f"{shown(name)} is called {verdict}, but it was on at the stage {shown(stage)}"


def _of_witnesses(
    name: str, setting: Mapping[str, object], stages: Mapping[str, Mapping[str, object]], *, was_stopped: bool
) -> Iterator[str]:
    """Yield which stages a witness is silent on or denies; a visit that was stopped may not have heard it."""
    told = setting.get("witnesses")
    for witness, stage in STAGES.items():
        checked = stages.get(stage, {}).get("checked")
        if not isinstance(told, dict) or not isinstance(checked, bool):
            continue
        said = told.get(witness)
        if said is None and was_stopped:
            continue
        if not isinstance(said, str) or said not in _READ[checked]:
            yield (
                f"state.json of {shown(name)} has {shown(checked)} at the stage {stage}, "
                f"but its {witness} says {shown(said)}"
            )


def _stages(state: object) -> dict[str, Mapping[str, object]]:
    stages = state.get("stages") if isinstance(state, dict) else None
    if not isinstance(stages, dict):
        return {}
    return {stage: told for stage, told in stages.items() if isinstance(told, dict)}


def _asked(name: str, stages: Mapping[str, Mapping[str, object]], steps: object, lists: Set[str]) -> set[str]:
    """Return the path of a setting's own page: the one that was asked for before its list was.

    What was loaded after the list are the rows that might lead to it. A run without steps has the pages that
    were shown.
    """
    last = None
    for step in steps if isinstance(steps, list) else ():
        if isinstance(step, dict) and step.get("setting") == name:
            path = _path(step.get("asked"))
            if path in lists:
                return {last} if last else set()
            last = path
    return set() if last else {path for told in stages.values() if (path := _path(told.get("url")))}


def _paths(rows: object) -> set[str]:
    """Return the paths of all rows in a `rows.json`."""
    lists: Iterable[object] = rows.values() if isinstance(rows, dict) else ()
    found = [
        row.get("path") for rows in lists if isinstance(rows, list) for row in rows if isinstance(row, dict)
    ]
    return {_path(path) for path in found} - {""}


def _lists(rows: object) -> set[str]:
    """Return the paths of the lists in a `rows.json`."""
    return {_path(path) for path in rows} - {""} if isinstance(rows, dict) else set()


def _path(address: object) -> str:
    """Return the path of an address or a path, without a slash at its end; empty if it is none."""
    try:
        return urlsplit(address).path.rstrip("/") if isinstance(address, str) else ""
    except ValueError:
        return ""


def _time(value: object) -> datetime | None:
    try:
        time = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return time if time is not None and time.tzinfo is not None else None
