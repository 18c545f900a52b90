"""The first sentence of the report: no more than the newest visit saw, the rest with its own dates."""

from collections.abc import Sequence

from markupsafe import Markup

from optout.evidence.report_answers import Answer
from optout.evidence.report_visits import State
from optout.evidence.report_words import Words

_BAD = (State.NOT_OFFERED, State.ON, State.UNKNOWN)


def headline(found: Sequence[Answer], t: Words) -> Markup:
    """Given all answers, return what holds as of the newest visit and how many it did not look at."""
    if not found:
        return t("headline.none")
    newest = [answer for answer in found if answer.is_newest]
    earlier = [answer for answer in found if not answer.is_newest]
    parts = [t("headline.no_look")]
    if newest:
        parts = [t("headline.off", off=_count(newest, State.OFF), n=len(newest))]
        parts += [t(f"headline.{state}", n=_count(newest, state)) for state in _BAD if _count(newest, state)]
        if earlier:
            parts.append(t("headline.others", n=len(earlier)))
    last = [
        t(f"headline.last_{state}", n=_count(earlier, state)) for state in _BAD[1:] if _count(earlier, state)
    ]
    told = t.listed(parts, "clause")
    return told + Markup(" ({})").format(t.listed(last, "clause")) if last else told


def others(found: Sequence[Answer], t: Words) -> Markup | None:
    """Given all answers, return the sentences on what the newest visit did not look at, None if none."""
    earlier = [answer for answer in found if not answer.is_newest]
    if not earlier:
        return None
    times = sorted(answer.looked.when for answer in earlier if answer.looked.when is not None)
    first, last = (t.day(times[0]), t.day(times[-1])) if times else (t.day(None), t.day(None))
    span = t("earlier.on_day", day=last) if first == last else t("earlier.between", first=first, last=last)
    counts = [
        t("earlier.count", n=_count(earlier, state), state=t(f"earlier.{state}"))
        for state in State
        if _count(earlier, state)
    ]
    told = t(f"earlier.{earlier[0].state}") if len(earlier) == 1 else t.listed(counts)
    which = "earlier.only" if len(earlier) == len(found) else "earlier.besides"
    return t(which, n=len(earlier), span=span, told=told)


def _count(found: Sequence[Answer], state: State) -> int:
    return sum(answer.state is state for answer in found)
