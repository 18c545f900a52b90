"""What a visit says about a setting, and the pure rule that joins its readings to a verdict."""

import enum
from collections.abc import Iterable
from dataclasses import dataclass, replace

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

    @property
    def word(self) -> str:
        """The reading, or `conflict` where the page contradicted itself."""
        return "conflict" if self.conflict else self.reading.value


class Saving(enum.StrEnum):
    """How the site answered when the page saved a switch."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNANSWERED = "unanswered"


class Listed(enum.StrEnum):
    """What a complete category page says of a setting; LISTED if its row has no word for the state."""

    ON = "on"
    OFF = "off"
    LISTED = "listed"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnesses:
    """What else was seen of a setting, besides the control that one fresh load showed; None: silent.

    `clicked` says that its switch was pressed before that load. `stood` is the page of that load, still open
    at the end of the visit, `second` another fresh load after a pause, `last` one after the last click of the
    visit, on whatever setting. `saving` is what the page heard when it saved, `row` what the list says.
    """

    clicked: bool = False
    stood: Look | None = None
    second: Look | None = None
    last: Look | None = None
    saving: Saving | None = None
    row: Listed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The conclusion about the setting `name`; `screenshots` are paths inside the run folder.

    `control` is what the deciding fresh load showed, None if there was none, `after` what that counts as
    beside the `witnesses`. `came_back` tells since when, if it was found ON though an earlier run had proved
    it off; `left_alone` says that it did so often that `check --fix` touches it no more for a while.
    """

    name: str
    before: Look
    control: Look | None
    witnesses: Witnesses
    after: Look
    verdict: Verdict
    screenshots: tuple[str, ...] = ()
    came_back: str | None = None
    left_alone: bool = False

    @property
    def rests_on(self) -> dict[str, str | None]:
        """What each witness said, as `optout.visit/1` and `run.json` have it; None for one that is silent."""
        told = self.witnesses
        return {
            "control": self.control.word if self.control else None,
            "stood": told.stood.word if told.stood else None,
            "second_load": told.second.word if told.second else None,
            "last_load": told.last.word if told.last else None,
            "save_response": told.saving and told.saving.value,
            "row": told.row and told.row.value,
        }

    @property
    def reason(self) -> str:
        """The sentence of the deciding look."""
        return self.after.reason

    @property
    def outcome(self) -> Outcome:
        """The ending that this setting alone would give the command."""
        return outcome_of(self.verdict, self.after.cause)


def unreadable(reason: str, *, cause: Cause = Cause.PAGE, conflict: bool = False) -> Look:
    """Given why nothing could be told and whom it waits for, return the look that says so."""
    return Look(reading=Reading.UNREADABLE, reason=reason, cause=cause, conflict=conflict)


def weigh(control: Look, witnesses: Witnesses) -> Look:
    """Given what a fresh load showed and what else was seen, return what both together count as.

    The control on a fresh load is required for everything. OFF after a click requires a second one too, as a
    site may echo what it was just told; NOT_OFFERED requires that a complete category page lacks the row. The
    others corroborate: one that is silent takes nothing away, one that contradicts OFF or NOT_OFFERED
    leaves the setting unread, as a conflict. ON is believed from one witness alone: it is never good.
    """
    match control.reading:
        case Reading.ON | Reading.UNREADABLE:
            return control
        case Reading.OFF:
            against = [
                words
                for words, speaks in (
                    ("its page, left open, no longer does", _contradicts(Reading.OFF, witnesses.stood)),
                    ("a second fresh load does not", _contradicts(Reading.OFF, witnesses.second)),
                    ("one after the last click does not", _contradicts(Reading.OFF, witnesses.last)),
                    ("its row on the category page says On", witnesses.row is Listed.ON),
                )
                if speaks
            ]
            if against:
                return unreadable(f"a fresh load showed it off, but {' and '.join(against)}", conflict=True)
            return _confirmed(control, witnesses)
        case Reading.NOT_OFFERED:
            if witnesses.row not in {None, Listed.MISSING}:
                return unreadable(
                    "its page shows no switch, but its row stands on the category page", conflict=True
                )
            if witnesses.row is None:
                return unreadable("its page shows no switch, and no complete category page says why")
            return control


def _contradicts(reading: Reading, look: Look | None) -> bool:
    """Return whether a look says something else than the reading; one that could not be had says nothing."""
    return look is not None and (look.conflict or look.reading not in {reading, Reading.UNREADABLE})


def _confirmed(control: Look, witnesses: Witnesses) -> Look:
    """Return an OFF that nothing contradicts, or why it is not enough."""
    second, last = witnesses.second, witnesses.last
    words = control.reason
    if second is not None and second.reading is Reading.OFF:
        words = f"{words}; a second fresh load showed it off too"
    elif witnesses.clicked:
        missing = f": {second.reason}" if second else ""
        words = f"clicked, and one fresh load showed it off; a second one could not be had{missing}"
        return unreadable(words, cause=(second and second.cause) or Cause.SITE)
    if last is not None and last.reading is Reading.UNREADABLE:
        words = f"{words}; one after the last click of the visit could not be had: {last.reason}"
    return replace(control, reason=words)


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
