"""The sentences of one answer: what the setting is, proved when, since when, and how often it came back."""

from collections.abc import Iterator

from markupsafe import Markup

from optout.evidence.report_answers import Answer, Mark, Return
from optout.evidence.report_visits import State, Visit
from optout.evidence.report_words import Words

MOST_RETURNS = 5  # times that a setting came back on, on its card; all stand in the table of visits


def link(visit: Visit, t: Words) -> Markup:
    """Given a visit, return its day, leading to where the page tells of it."""
    return Markup('<a href="#{}">{}</a>').format(visit.run, t.day(visit.when))


def sentences(answer: Answer, t: Words) -> Iterator[Markup]:
    """Given an answer, give its paragraphs in order, without the times that the setting came back."""
    if not answer.is_newest:
        yield t("answer.not_newest")
    match answer.state:
        case State.OFF:
            yield t("answer.proved_off", decided=_decided(answer, t))
            yield _since(answer, t)
        case State.NOT_OFFERED:
            yield t("answer.not_offered", decided=_decided(answer, t))
            yield _since(answer, t)
        case State.ON:
            verdict = answer.said.verdict if answer.said else ""
            key = verdict if verdict in {"did_not_stick", "came_back_on"} else "found_on"
            yield t(f"answer.{key}", decided=_decided(answer, t))
        case State.UNKNOWN:
            yield from _unsure(answer, t)
    if answer.state in {State.ON, State.UNKNOWN}:
        yield _last_proved(answer, t)


def returns(answer: Answer, t: Words) -> tuple[Markup, list[Markup]] | None:
    """Given an answer, return what it says of the times the setting came back on, and the newest of them."""
    told = [_return(each, t) for each in answer.returns]
    if not told:
        return None
    if len(told) == 1:
        return t("answer.returned", sentence=told[0]), []
    which = t("answer.newest_times" if len(told) > MOST_RETURNS else "answer.each_time")
    head = t("answer.returned_often", n=len(told)) + " " + which
    return head, [each + "." for each in told[:MOST_RETURNS]]


def bars(answer: Answer, t: Words) -> Markup:
    """Given an answer, return in words what its bars show."""
    counts = {mark: sum(each is mark for each in answer.marks) for mark in Mark}
    told = t.listed(
        [t("mark.count", n=count, mark=t(f"mark.{mark}")) for mark, count in counts.items() if count]
    )
    if len(answer.marks) == 1:
        return t("answer.bars_only", told=told)
    return t("answer.bars_last", n=len(answer.marks), told=told)


def _decided(answer: Answer, t: Words) -> Markup:
    if answer.said and answer.said.wording and answer.said.wording.at:
        return t("answer.decided", time=t.time(answer.said.wording.at))
    return t("answer.decided_in", time=t.time(answer.latest.when))


def _since(answer: Answer, t: Words) -> Markup:
    """Return since when it is so, and how many visits say so; `since` is there for a state that is known."""
    if answer.since is None:
        return Markup("")
    said = answer.since.of(answer.name)
    if answer.state is State.NOT_OFFERED:
        key, each = "not_offered_since", "each_same"
    else:
        key = "switched_off" if said and said.verdict == "turned_off" else "off_since"
        each = "each_proved"
    told = t(f"answer.{key}", day=link(answer.since, t))
    if answer.sure > 1:
        told += " " + t(f"answer.{each}", n=answer.sure)
        told += (t("answer.unsure_too", n=answer.unsure) if answer.unsure else "") + "."
    elif answer.unsure:
        told += " " + t("answer.unsure_only", n=answer.unsure)
    return told


def _unsure(answer: Answer, t: Words) -> Iterator[Markup]:
    if answer.is_newest:
        what = t("answer.newest_unsure")
    else:
        what = t("answer.last_unsure" if answer.said else "answer.later_doubt")
    if answer.said and answer.said.wording and answer.said.wording.at:
        yield t("answer.unsure_at", what=what, decided=_decided(answer, t))
    else:
        yield t("answer.unsure_ended", what=what, time=t.time(answer.latest.when))
    doubt = answer.latest.doubt or (answer.said.doubt if answer.said else None)
    if doubt:
        yield t(f"doubt.{doubt}")
    elif answer.said and answer.said.reason:
        yield t("visit.reason", reason=t.foreign(sentence(answer.said.reason)))


def sentence(text: str) -> str:
    """Given a text, return it with a capital at its beginning."""
    return text[:1].upper() + text[1:]


def _last_proved(answer: Answer, t: Words) -> Markup:
    if answer.proved is None:
        return t("answer.never_proved")
    told = t("answer.last_proved", day=link(answer.proved, t))
    if answer.proved_from is not None and answer.proved_from is not answer.proved:
        told += " " + t("answer.proved_from", day=link(answer.proved_from, t))
    return told


def _return(each: Return, t: Words) -> Markup:
    if each.ended is None:
        return t("return.still", found=link(each.found, t))
    if each.found is each.ended and each.switched:
        return t("return.switched_at_once", ended=link(each.ended, t))
    key = "return.switched_later" if each.switched else "return.found_off"
    return t(key, found=link(each.found, t), ended=link(each.ended, t))
