"""Close a visit: join what was found to one ending, and seal it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from optout.errand import Errand, Visit
from optout.errors import OptoutError, Outcome, worst
from optout.evidence.ledger import Draft
from optout.evidence.record import Identity, SettingRecord, VisitRecord
from optout.linkedin import member
from optout.verdict import Finding, outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """All that a visit has to say at its end. `stop` is what ended it early, `secrets` must stand nowhere."""

    errand: Errand
    origin: str
    member: str | None
    display_name: str | None
    started: datetime
    findings: tuple[Finding, ...]
    stop: OptoutError | None
    news: tuple[str, ...]
    steps: tuple[Mapping[str, object], ...]
    environment: Mapping[str, object]
    tls: tuple[Mapping[str, object], ...]
    secrets: frozenset[str]


def seal(draft: Draft, ended: Ended) -> Visit:
    """Given a draft with its pictures and what the visit has to say, seal the run and return the visit.

    The ending is the worst of the findings, of what stopped the visit, and of damage in the store.
    Raise OptoutError if nothing could be sealed.
    """
    finished = datetime.now(UTC)
    endings = [outcome(ended.findings)]
    endings += [ended.stop.outcome] if ended.stop else []
    endings += [Outcome.EVIDENCE_DAMAGED] if draft.damage_seen else []
    ending = worst(endings)
    visit_record = VisitRecord(
        command=ended.errand.command,
        outcome=ending.word,
        exit_code=ending.exit_code,
        started=ended.started,
        finished=finished,
        settings=tuple(_recorded(finding) for finding in ended.findings),
        news=ended.news,
        options={**ended.errand.options, "site": ended.origin},
        steps=ended.steps,
        environment=ended.environment,
        tls=ended.tls,
    )
    identity = Identity(
        account=ended.errand.account,
        member=ended.member,
        display_name=ended.display_name,
        profile_url=ended.origin + member.profile_path(ended.member) if ended.member else None,
    )
    sealed = draft.seal(visit_record, identity, secrets=ended.secrets, now=datetime.now(UTC))
    kept = tuple(
        replace(each, screenshots=tuple(name for name in each.screenshots if name not in sealed.left_out))
        for each in ended.findings
    )
    return Visit(
        outcome=ending,
        account=ended.errand.account,
        member=ended.member,
        started=ended.started,
        finished=finished,
        findings=kept,
        news=ended.news,
        trouble=_trouble(draft.damage_seen, ended.stop),
        sealed=sealed,
    )


def _recorded(finding: Finding) -> SettingRecord:
    """Return a finding as the evidence records it."""
    return SettingRecord(
        name=finding.name,
        before=finding.before.reading.value,
        after=finding.after.reading.value,
        verdict=finding.verdict.value,
        reason=finding.reason,
        screenshots=finding.screenshots,
        witnesses=finding.rests_on,
    )


def _trouble(damage: str | None, stop: OptoutError | None) -> str | None:
    """Return one text on what hit the visit as a whole."""
    words = [f"The evidence is damaged: {damage}. Run `optout evidence audit`."] if damage else []
    words += [str(stop)] if stop else []
    return " ".join(words) or None
