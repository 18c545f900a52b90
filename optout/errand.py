"""What a visit is asked to do, and what it answers: plain values, the `optout.visit/1` object among them."""

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from optout.errors import Outcome
from optout.evidence.ledger import Sealed
from optout.evidence.record import stamp
from optout.linkedin.catalogue import Setting
from optout.linkedin.survey import Survey
from optout.verdict import Finding


class SwitchOff(enum.Enum):
    """Which settings a visit may switch off."""

    NEVER = enum.auto()
    CAME_BACK = enum.auto()
    ALL = enum.auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One visit to make; `command` and `options` are recorded in the evidence as they stand.

    `despite_cooldown` makes it although the site refused or asked for calm a short while ago. `survey` takes
    note of how the pages are built.
    """

    account: str
    command: str
    settings: tuple[Setting, ...]
    switch_off: SwitchOff
    headed: bool = False
    despite_cooldown: bool = False
    options: Mapping[str, object] = field(default_factory=dict)
    survey: Survey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What came of it: one finding for each setting, in the order asked. Times are UTC.

    `trouble` is a sentence on what hit the visit as a whole. `sealed` is None if nothing could be sealed.
    `not_before` is the written time until which the site is left alone, None if it is not.
    """

    outcome: Outcome
    account: str
    member: str | None
    started: datetime
    finished: datetime
    findings: tuple[Finding, ...]
    news: tuple[str, ...]
    trouble: str | None
    sealed: Sealed | None
    not_before: str | None = None

    def to_json(self) -> dict[str, object]:
        """Return the `optout.visit/1` object: plain values, readings in lower case, times with a Z."""
        sealed = self.sealed
        return {
            "schema": "optout.visit/1",
            "outcome": self.outcome.word,
            "exit_code": self.outcome.exit_code,
            "account": self.account,
            "member": self.member,
            "started": stamp(self.started),
            "finished": stamp(self.finished),
            "settings": [
                {
                    "name": finding.name,
                    "before": finding.before.reading.value,
                    "after": finding.after.reading.value,
                    "verdict": finding.verdict.value,
                    "reason": finding.reason,
                    "screenshots": list(finding.screenshots),
                    "witnesses": finding.rests_on,
                }
                for finding in self.findings
            ],
            "news": list(self.news),
            "trouble": self.trouble,
            "not_before": self.not_before,
            "evidence": sealed and {"run": sealed.run, "path": str(sealed.path), "head": sealed.head},
        }
