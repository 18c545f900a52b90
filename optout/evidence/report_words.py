"""The words of the report for what stands in the runs: verdicts, witnesses, endings, times."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from optout.evidence.report_answers import Mark
from optout.evidence.report_visits import LANGUAGE

# Not strftime's, which follow the computer's language: the page is in English.
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_CODE = re.compile(r"`([^`\n]+)`")
_CHANGES = {
    "row_new": "a row that is new",
    "row_gone": "a row that is gone",
    "row_renamed": "a row with another name",
    "wording": "other words",
}
_VERDICTS = {
    "already_off": "off already",
    "turned_off": "switched off",
    "not_offered": "not offered",
    "on": "on",
    "came_back_on": "came back on",
    "did_not_stick": "did not stick",
    "unreadable": "could not be read",
    "conflict": "witnesses disagree",
}
_WITNESSES = {
    "control": "the switch on a fresh load",
    "stood": "that page, left open",
    "second_load": "a second fresh load",
    "last_load": "a fresh load after the last click of the visit",
    "save_response": "the site's answer to the save",
    "row": "its row in the list",
}
_SAID = {
    "not_offered": "no switch",
    "unreadable": "not to be had",
    "conflict": "on and off at once",
    "listed": "there",
}
_OUTCOMES = {
    "good": "all good",
    "on": "a setting is on",
    "could_not_tell": "could not tell",
    "person_needed": "a person was needed",
    "try_later": "the site could not be used",
    "evidence_damaged": "the evidence was not as it was left",
    "fault": "a fault of the program",
    "usage": "asked for what cannot be done",
}

_MARKS = {
    Mark.OFF: "off",
    Mark.CAME_BACK: "came back on and switched off again",
    Mark.NOT_OFFERED: "not offered",
    Mark.ON: "on",
    Mark.UNKNOWN: "could not tell",
}
# Where many settings stand side by side a cell holds one sign; its word stands hidden beside it.
_SIGNS = {"already_off": "✓", "turned_off": "↓", "not_offered": "∅"}


def filters() -> dict[str, Callable[..., object]]:
    """Return what the page's template calls these words by."""
    return {
        "moment": moment,
        "day": day,
        "clock": lambda when: f"{when.astimezone(UTC):%H:%M}" if when else "",
        "short_day": lambda when: day(when, letters=3),
        "iso": iso,
        "sentence": lambda text: text[:1].upper() + text[1:],
        "parts": lambda text: list(_parts(text)),
        "sign": lambda word: _SIGNS.get(word, "✗"),
        "verdict": lambda word: _VERDICTS.get(word, "not understood"),
        "is_language": lambda text: text is not None and LANGUAGE.fullmatch(text) is not None,
        "change": lambda kind: _CHANGES[kind],
        "mark": lambda kind: _MARKS[kind],
        "witness": lambda name: _WITNESSES[name],
        "said": lambda word: _SAID.get(word, word),
        "outcome": lambda word: _OUTCOMES.get(word, "not understood"),
    }


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    """Give the parts of a sentence in order, each with whether it stood between backticks."""
    for number, part in enumerate(_CODE.split(text)):
        if part:
            yield part, number % 2 == 1


def moment(when: datetime | None) -> str:
    """Given a time, return it as it stands in a sentence, to the second."""
    if when is None:
        return "at an unknown time"
    return f"{day(when)}, {when.astimezone(UTC):%H:%M:%S} UTC"


def day(when: datetime | None, *, letters: int | None = None) -> str:
    """Given a time, return its day in UTC; `letters` shortens the month."""
    if when is None:
        return "on an unknown day"
    here = when.astimezone(UTC)
    return f"{here.day} {_MONTHS[here.month - 1][:letters]} {here.year}"


def iso(when: datetime) -> str:
    """Given a time, return it for a machine."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
