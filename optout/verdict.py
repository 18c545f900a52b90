"""What a visit says about a setting, and the pure rule that joins its readings to a verdict."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass

from optout.errors import Outcome, worst


class Reading(enum.StrEnum):
    """What one freshly loaded page said."""

    ON = "on"
    OFF = "off"
    NOT_OFFERED = "not_offered"
    UNREADABLE = "unreadable"


class Verdict(enum.StrEnum):
    """The conclusion about one setting in one visit."""

    ALREADY_OFF = "already_off"
    TURNED_OFF = "turned_off"
    ON = "on"
    CAME_BACK_ON = "came_back_on"
    DID_NOT_STICK = "did_not_stick"
    NOT_OFFERED = "not_offered"
    UNREADABLE = "unreadable"
    CONFLICT = "conflict"


GOOD = frozenset({Verdict.ALREADY_OFF, Verdict.TURNED_OFF, Verdict.NOT_OFFERED})
PROVED_OFF = frozenset({Verdict.ALREADY_OFF, Verdict.TURNED_OFF})


class Cause(enum.Enum):
    """Whom an unreadable setting waits for."""

    PAGE = Outcome.COULD_NOT_TELL
    PERSON = Outcome.PERSON_NEEDED
    SITE = Outcome.TRY_LATER


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One reading of one setting with the sentence that carries it.

    `cause` is set exactly when the reading is UNREADABLE. `conflict` says that witnesses of the
    same moment disagreed; the reading is UNREADABLE then.
    """

    reading: Reading
    reason: str
    cause: Cause | None = None
    conflict: bool = False

    def __post_init__(self) -> None:
        """Raise ValueError if the parts contradict each other."""
        if (self.reading is Reading.UNREADABLE) != (self.cause is not None):
            raise ValueError("a cause belongs to an unreadable setting and to no other")
        if self.conflict and self.reading is not Reading.UNREADABLE:
            raise ValueError("witnesses that disagree make a setting unreadable")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The conclusion about the setting `name`; `screenshots` are paths inside the run folder."""

    name: str
    before: Look
    after: Look
    verdict: Verdict
    screenshots: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        """The sentence of the deciding look."""
        return self.after.reason

    @property
    def outcome(self) -> Outcome:
        """The ending that this setting alone would give the command."""
        return outcome_of(self.verdict, self.after.cause)


def conclude(before: Look, after: Look, *, clicked: bool, proved_off_earlier: bool) -> Verdict:
    """Given the first and the last look of a visit, return the verdict.

    `clicked` says that the switch was pressed between the two; without it `after` is `before`, or a
    second look at the same state. `proved_off_earlier` says that an earlier run in the evidence
    proved the setting off. OFF is only ever concluded from a last look that read OFF.
    """
    if before.conflict or after.conflict:
        return Verdict.CONFLICT
    match after.reading:
        case Reading.UNREADABLE:
            return Verdict.UNREADABLE
        case Reading.OFF if before.reading is Reading.OFF:
            return Verdict.ALREADY_OFF
        case Reading.OFF if before.reading is Reading.ON and clicked:
            return Verdict.TURNED_OFF
        case Reading.NOT_OFFERED if before.reading is Reading.NOT_OFFERED:
            return Verdict.NOT_OFFERED
        case Reading.ON if before.reading is Reading.ON and clicked:
            return Verdict.DID_NOT_STICK
        case Reading.ON if before.reading is Reading.ON:
            return Verdict.CAME_BACK_ON if proved_off_earlier else Verdict.ON
    return Verdict.CONFLICT


def outcome_of(verdict: Verdict, cause: Cause | None) -> Outcome:
    """Given a verdict and, if it is UNREADABLE, whom it waits for, return the ending it stands for."""
    match verdict:
        case Verdict.ALREADY_OFF | Verdict.TURNED_OFF | Verdict.NOT_OFFERED:
            return Outcome.GOOD
        case Verdict.ON | Verdict.CAME_BACK_ON | Verdict.DID_NOT_STICK:
            return Outcome.ON
        case Verdict.CONFLICT:
            return Outcome.COULD_NOT_TELL
        case Verdict.UNREADABLE:
            return cause.value if cause is not None else Outcome.COULD_NOT_TELL


def outcome(findings: Iterable[Finding]) -> Outcome:
    """Given the findings of a visit, return the ending of the whole visit."""
    return worst(finding.outcome for finding in findings)
