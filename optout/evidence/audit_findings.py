"""Does a run say what follows from its own readings: the rule, stated anew, not taken from the program.

Standard library only. A test holds the two tables equal to `optout.verdict` and `optout.errors`.
"""

from collections.abc import Iterator, Mapping, Set

# Reading before, reading after: the verdicts that can follow. Any other pair is a conflict.
FOLLOWS: Mapping[tuple[str, str], frozenset[str]] = {
    ("off", "off"): frozenset({"already_off"}),
    ("on", "off"): frozenset({"turned_off", "conflict"}),
    ("on", "on"): frozenset({"on", "came_back_on", "did_not_stick"}),
    ("not_offered", "not_offered"): frozenset({"not_offered"}),
    **{
        (before, "unreadable"): frozenset({"unreadable", "conflict"})
        for before in ("on", "off", "not_offered", "unreadable")
    },
}
READINGS = frozenset({"on", "off", "not_offered", "unreadable"})
PROVED_OFF = frozenset({"already_off", "turned_off"})

# Worst first, with the exit code; `MILDEST` is the best ending that a verdict allows.
ENDINGS: Mapping[str, int] = {
    "evidence_damaged": 6,
    "fault": 1,
    "usage": 2,
    "on": 3,
    "could_not_tell": 4,
    "person_needed": 5,
    "try_later": 75,
    "good": 0,
}
MILDEST: Mapping[str, str] = {
    "already_off": "good",
    "turned_off": "good",
    "not_offered": "good",
    "on": "on",
    "came_back_on": "on",
    "did_not_stick": "on",
    "conflict": "could_not_tell",
    "unreadable": "try_later",
}
_BADNESS = {word: -rank for rank, word in enumerate(ENDINGS)}
# Each witness of a finding and the words it may say; None if it said nothing.
WITNESSES: Mapping[str, frozenset[str]] = {
    "control": READINGS | {"conflict"},
    "stood": READINGS | {"conflict"},
    "second_load": READINGS | {"conflict"},
    "last_load": READINGS | {"conflict"},
    "save_response": frozenset({"accepted", "refused", "unanswered"}),
    "row": frozenset({"on", "off", "listed", "missing"}),
}
# The stage of `state.json` that holds what a witness showed; the control's is the deciding one.
STAGES: Mapping[str, str] = {"stood": "stood", "second_load": "second", "last_load": "last"}
_LONGEST_SHOWN = 80
_CHECKED = {"off": False, "on": True}


def contradictions(
    run: Mapping[str, object],
    states: Mapping[str, object],
    *,
    unread: Set[str],
    listed: Set[str],
    proved_off: Set[str],
) -> Iterator[str]:
    """Given a visit's `run.json`, return a sentence for each thing in it that does not follow from the rest.

    `states` maps the name of a setting to the content of its `state.json`, `unread` names the settings whose
    `state.json` is there and could not be read. `listed` holds the names in `SHA256SUMS`, `proved_off` the
    settings that an earlier run proved off. Any value may be of any type.
    """
    settings = run.get("settings")
    if not isinstance(settings, list) or not all(isinstance(setting, dict) for setting in settings):
        yield "its settings are not a list of findings"
        return
    names = [_word(setting.get("name")) for setting in settings]
    if len(set(names)) != len(names):
        yield "it names a setting twice"
    for name, setting in zip(names, settings, strict=True):
        yield from _of_setting(name, setting, proved_off)
        yield from _of_witnesses(name, setting)
        yield from _of_pictures(name, setting.get("screenshots"), listed)
        if name in states:
            yield from _of_state(name, setting, states[name])
        elif _was_read(setting) and name not in unread and not _was_left_out(run, name):
            yield f"{shown(name)} was read on or off, but no state.json says so"
    yield from _of_ending(run, [_word(setting.get("verdict")) for setting in settings])


def proved_off_in(run: Mapping[str, object]) -> Iterator[str]:
    """Given a `run.json`, return the names of the settings that it proves off."""
    settings = run.get("settings")
    for setting in settings if isinstance(settings, list) else ():
        match setting:
            case {"name": str(name), "verdict": str(verdict)} if verdict in PROVED_OFF:
                yield name


def left_out_in(run: Mapping[str, object], states: Mapping[str, object]) -> Iterator[str]:
    """Given a `run.json` and `states`, return the settings read on or off whose `state.json` was left out."""
    settings = run.get("settings")
    for setting in settings if isinstance(settings, list) else ():
        match setting:
            case {"name": str(name)} if (
                name not in states and _was_read(setting) and _was_left_out(run, name)
            ):
                yield name


def shown(value: object) -> str:
    """Given any value out of a file, return it short, in ASCII, on one line."""
    match value:
        case str():
            return ascii(value if len(value) <= _LONGEST_SHOWN else value[:_LONGEST_SHOWN] + "...")
        case None | bool() | float():
            return str(value)
        case int():
            return str(value) if abs(value) < 10**_LONGEST_SHOWN else "a huge number"
    return "a list" if isinstance(value, list) else "an object"


def _word(value: object) -> str:
    return value if isinstance(value, str) else ""


def _was_read(setting: Mapping[str, object]) -> bool:
    return any(_word(setting.get(member)) in _CHECKED for member in ("before", "after"))


def _was_left_out(run: Mapping[str, object], name: str) -> bool:
    left_out = run.get("left_out")
    return isinstance(left_out, list) and f"{name}/state.json" in left_out


def _of_setting(name: str, setting: Mapping[str, object], proved_off: Set[str]) -> Iterator[str]:
    before, after, verdict = (_word(setting.get(member)) for member in ("before", "after", "verdict"))
    if before not in READINGS or after not in READINGS:
        yield f"{shown(name)} has the readings {shown(before)} and {shown(after)}, which are none"
    elif verdict not in FOLLOWS.get((before, after), {"conflict"}):
        yield f"{shown(name)} is called {shown(verdict)}, which {before} and {after} do not allow"
    elif verdict == "came_back_on" and name not in proved_off:
        yield f"{shown(name)} is called came_back_on, but no earlier run proved it off"


def _of_witnesses(name: str, setting: Mapping[str, object]) -> Iterator[str]:
    """Yield what a good verdict does not allow its witnesses to have said; older runs record none."""
    if "witnesses" not in setting:
        return
    told = setting["witnesses"]
    if not isinstance(told, dict) or told.keys() != WITNESSES.keys():
        yield f"the witnesses of {shown(name)} are not the ones that there are"
        return
    for witness, words in WITNESSES.items():
        if told[witness] is not None and _word(told[witness]) not in words:
            yield f"the {witness} of {shown(name)} says {shown(told[witness])}, which is no word of it"
    verdict = _word(setting.get("verdict"))
    silent = (None, "unreadable")
    if verdict in PROVED_OFF:
        required = ["control", *(["second_load"] if verdict == "turned_off" else [])]
        wrong = [each for each in required if told[each] != "off"]
        wrong += [each for each in STAGES if told[each] not in (*silent, "off")]
        wrong += ["row"] if told["row"] == "on" else []
    elif verdict == "not_offered":
        wrong = [] if told["control"] == "not_offered" else ["control"]
        wrong += [] if told["row"] == "missing" else ["row"]
    else:
        wrong = []
    for witness in dict.fromkeys(wrong):
        yield f"{shown(name)} is called {verdict}, but its {witness} says {shown(told[witness])}"


def _of_pictures(name: str, pictures: object, listed: Set[str]) -> Iterator[str]:
    if not isinstance(pictures, list):
        yield f"the pictures of {shown(name)} are not a list"
        return
    for picture in pictures:
        if _word(picture) not in listed:
            yield f"{shown(name)} rests on {shown(picture)}, which is not sealed with it"


def _of_state(name: str, setting: Mapping[str, object], state: object) -> Iterator[str]:
    stages = state.get("stages") if isinstance(state, dict) else None
    if not isinstance(stages, dict):
        yield f"state.json of {shown(name)} holds no stages"
        return
    if not _was_read(setting):
        return
    keys = [stage.get("key") if isinstance(stage, dict) else None for stage in stages.values()]
    if not all(isinstance(key, str) and key == keys[0] and key.strip() for key in keys):
        yield f"{shown(name)} was read on or off, but its state.json has not one and the same key throughout"
    last = "reload" if "reload" in stages else "before"
    told = setting.get("witnesses")
    witnesses = told if isinstance(told, dict) else {}
    for member, reading, stage in (
        ("before", setting.get("before"), "before"),
        ("after", setting.get("after"), last),
        *((witness, witnesses.get(witness), STAGES.get(witness, last)) for witness in ("control", *STAGES)),
    ):
        if reading not in ("on", "off"):
            continue
        seen = stages.get(stage)
        checked = seen.get("checked") if isinstance(seen, dict) else None
        if checked is not _CHECKED[reading]:
            yield (
                f"{shown(name)} was read {reading} ({member}), "
                f"but its state.json has {shown(checked)} at the stage {stage}"
            )


def _of_ending(run: Mapping[str, object], verdicts: list[str]) -> Iterator[str]:
    outcome, code = _word(run.get("outcome")), run.get("exit_code")
    if type(code) is not int or ENDINGS.get(outcome) != code:
        yield f"the outcome {shown(outcome)} does not go with the exit code {shown(code)}"
        return
    allowed = [MILDEST.get(verdict, "could_not_tell") for verdict in verdicts]
    if run.get("damage_seen") is not None:
        allowed.append("evidence_damaged")
    if not verdicts:
        allowed.append("try_later")
    worst = max(allowed, key=_BADNESS.__getitem__)
    if _BADNESS[outcome] < _BADNESS[worst]:
        yield f"its outcome is {outcome}, better than what it found ({worst})"
