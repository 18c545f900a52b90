"""The first sentence of the report: no more than the newest visit saw, the rest with its own dates."""

from collections.abc import Sequence

from optout.evidence.report_answers import Answer
from optout.evidence.report_visits import State
from optout.evidence.report_words import day

_LAST = {State.ON: "last found on", State.UNKNOWN: "last not known"}
_WERE = {
    State.OFF: "proved off",
    State.NOT_OFFERED: "not offered",
    State.ON: "on",
    State.UNKNOWN: "not known",
}


def headline(found: Sequence[Answer]) -> str:
    """Given all answers, return what holds as of the newest visit and how many it did not look at."""
    if not found:
        return "No setting was looked at yet"
    newest = [answer for answer in found if answer.is_newest]
    earlier = [answer for answer in found if not answer.is_newest]
    parts = ["The newest visit looked at no setting"]
    if newest:
        off, *rest = _WERE
        noun = "setting" if len(newest) == 1 else "settings"
        parts = [f"{_count(newest, off)} of {len(newest)} {noun} proved off"]
        parts += [f"{_count(newest, state)} {_WERE[state]}" for state in rest if _count(newest, state)]
        if earlier:
            parts.append(f"{len(earlier)} {'other' if len(earlier) == 1 else 'others'} not looked at")
    bad = [f"{_count(earlier, state)} {word}" for state, word in _LAST.items() if _count(earlier, state)]
    return ", ".join(parts) + (f" ({', '.join(bad)})" if bad else "")


def others(found: Sequence[Answer]) -> str | None:
    """Given all answers, return the sentences on what the newest visit did not look at, None if none."""
    earlier = [answer for answer in found if not answer.is_newest]
    if not earlier:
        return None
    one, all_ = len(earlier) == 1, len(earlier) == len(found)
    what = (
        f"{len(earlier)} {'setting' if one else 'settings'}"
        if all_
        else f"{len(earlier)} {'other' if one else 'others'}"
    )
    times = sorted(answer.looked.when for answer in earlier if answer.looked.when is not None)
    first, last = (day(times[0]), day(times[-1])) if times else (day(None), day(None))
    span = f"on {last}" if first == last else f"between {first} and {last}"
    counts = [f"{_count(earlier, state)} {word}" for state, word in _WERE.items() if _count(earlier, state)]
    told = ", ".join(counts)
    if one:
        told = _WERE[earlier[0].state]
    return (
        f"It did not look at {what}, last looked at {span}. What this page says of "
        f"{'it' if one else 'them'} is as of then: {told}."
    )


def _count(found: Sequence[Answer], state: State) -> int:
    return sum(answer.state is state for answer in found)
