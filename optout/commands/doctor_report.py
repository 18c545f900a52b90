"""`optout doctor --report`: look at the pages as `check` does, and write down how they are built."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from optout.commands import answer, folding, placing, visiting, words

if TYPE_CHECKING:
    from optout.config import Config
    from optout.errand import Errand
    from optout.linkedin.survey import Survey
    from optout.visit import Visit

NAME = "optout-page-report.txt"
ANOTHER = "Name another place: `optout doctor --report FILE`."
READ_IT = "Read it through, then attach it to a bug report; it was sent to nobody."
AS_KNOWN = "The pages are built as this program knows them; no report is needed. The file was sent to nobody."
NOTHING = "No page could be looked at, so no report was written."


def carry_out(said: words.Words, asked: answer.Asked, target: Path, *, replace: bool = False) -> int:
    """Given the words and where to, make the visit, write the report and print both; return the exit code.

    `replace` says that a file may be written over.
    The visit is one of `check`: same lock, cooldown and sign-in, sealed in the evidence as `doctor`. The file
    holds whatever pages could be looked at, also if the visit broke off; with none there is no file.
    Raise OptoutError if no visit could begin, UsageProblem also if the file cannot be written.
    """
    evidence = words.configuration(said).folders.evidence
    target = placing.free(target, replace=replace, not_in=(evidence,), another=ANOTHER)
    config = visiting.begun(said, asked)
    errand, survey = _errand(said, asked)

    from optout import visit

    try:
        visited = visiting.made(errand, said, config)
    except visit.Stopped as stopped:
        written = _write(target, survey, errand, stopped.visit, config)
        asked.visited = _answer(stopped.visit, survey, written)
        if written is not None:
            answer.tell(f"  report    {folding.whole(written)}")
        raise
    written = _write(target, survey, errand, visited, config)
    if said.as_json:
        answer.say_json(_answer(visited, survey, written))
    _say(visited, errand, said, written, config)
    return visited.outcome.exit_code


def _errand(said: words.Words, asked: answer.Asked) -> "tuple[Errand, Survey]":
    """Return the errand of a look, and what is to take note of the pages on its way."""
    from optout.errand import Errand, SwitchOff
    from optout.linkedin.other_pages import OTHER_PAGES
    from optout.linkedin.survey import Survey

    further = tuple(page for page in OTHER_PAGES if not page.never) if "all" in said.preset else ()
    survey = Survey(further=further)
    errand = Errand(
        account=asked.account or "",
        command="doctor",
        settings=words.settings(said),
        switch_off=SwitchOff.NEVER,
        headed=said.headed,
        despite_cooldown=said.despite_cooldown,
        options={"report": True, **visiting.options(said, words.configuration(said))},
        survey=survey,
    )
    return errand, survey


def _write(
    target: Path, survey: "Survey", errand: "Errand", visited: "Visit", config: "Config"
) -> Path | None:
    """Write the report, whole or not at all, mode 0600; return where it is, None if there was no page."""
    if not survey.pages:
        return None
    from optout.evidence.record import stamp
    from optout.linkedin import address, page_report
    from optout.log import redact

    about = page_report.About(
        looked=stamp(visited.started),
        versions=_versions(),
        practice=address.is_practice(address.origin_of(config.site)),
        outcome=f"{visited.outcome.word} (exit code {visited.outcome.exit_code})",
        account=errand.account,
        member=visited.member,
    )
    report = page_report.text(survey, errand.settings, visited.findings, about)
    placing.write(target, redact(report).encode("utf-8"), ANOTHER)
    return target


def _versions() -> tuple[tuple[str, str], ...]:
    """Return our own version and those of what we run on."""
    from optout.environment import environment

    told = environment({}, session="")
    return tuple((name, str(told[name] or "unknown")) for name in ("optout", "python", "os"))


def _answer(visited: "Visit", survey: "Survey", written: Path | None) -> Mapping[str, object]:
    """Return the `optout.doctor/1` object of a report."""
    return {
        "schema": "optout.doctor/1",
        "outcome": visited.outcome.word,
        "exit_code": visited.outcome.exit_code,
        "report": {"path": str(written), "pages": len(survey.pages)} if written else None,
        "visit": visited.to_json(),
        "trouble": visited.trouble,
    }


def _say(
    visited: "Visit", errand: "Errand", said: words.Words, written: Path | None, config: "Config"
) -> None:
    """Tell a person what was found, where the report is, and whether anybody needs it."""
    from optout.linkedin import address, page_report

    survey = errand.survey

    speak = answer.tell if said.as_json else answer.say
    origin = address.origin_of(config.site)
    for line in visiting.told(visited, {each.name: origin + each.path for each in errand.settings}):
        speak(line)
    if written is None:
        speak(NOTHING)
        return
    speak(f"  report    {folding.whole(written)}")
    known = survey is not None and page_report.is_as_known(survey, visited.findings) and not visited.news
    speak(AS_KNOWN if known else READ_IT)
