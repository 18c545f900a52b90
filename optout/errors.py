"""Every way a command ends other than well: one sentence, one exit code, one next step."""

import enum
from collections.abc import Iterable
from typing import ClassVar


class Outcome(enum.Enum):
    """The word for an ending and its process exit code."""

    GOOD = ("good", 0)
    FAULT = ("fault", 1)
    USAGE = ("usage", 2)
    ON = ("on", 3)
    COULD_NOT_TELL = ("could_not_tell", 4)
    PERSON_NEEDED = ("person_needed", 5)
    EVIDENCE_DAMAGED = ("evidence_damaged", 6)
    TRY_LATER = ("try_later", 75)

    def __init__(self, word: str, exit_code: int) -> None:
        self.word = word
        self.exit_code = exit_code


# The first that applies is the ending of the whole command.
WORST_FIRST = (
    Outcome.EVIDENCE_DAMAGED,
    Outcome.FAULT,
    Outcome.USAGE,
    Outcome.ON,
    Outcome.COULD_NOT_TELL,
    Outcome.PERSON_NEEDED,
    Outcome.TRY_LATER,
    Outcome.GOOD,
)


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """Given any number of outcomes, return the one that decides; GOOD if there are none."""
    return min(outcomes, key=WORST_FIRST.index, default=Outcome.GOOD)


class OptoutError(Exception):
    """An ending the user can act on: `sentence` says what happened, `hint` what to do next."""

    outcome: ClassVar[Outcome] = Outcome.FAULT

    def __init__(self, sentence: str, hint: str = "") -> None:
        super().__init__(f"{sentence} {hint}".strip())
        self.sentence = sentence
        self.hint = hint

    @property
    def exit_code(self) -> int:
        """The process exit code that this ending has."""
        return self.outcome.exit_code


class Terminated(KeyboardInterrupt):
    """The system ends this process: unlike at Ctrl-C, no person has said no to anything."""


class BrowserMissing(OptoutError):
    """No browser that can do the job was found, or it did not start."""


class Interrupted(OptoutError):
    """The visit was stopped, or a fault of the program stopped it, before it came to its end."""

    def __init__(self) -> None:
        super().__init__("The visit was stopped before its end.", "Run the command again.")


class SecretFound(OptoutError):
    """A live secret stood in what was about to be sealed; nothing was sealed."""


class UsageProblem(OptoutError):
    """The words of the command, or a setting of ours, cannot be followed."""

    outcome = Outcome.USAGE


class PageNotUnderstood(OptoutError):
    """The site showed a page that nobody has described to us."""

    outcome = Outcome.COULD_NOT_TELL


class PersonNeeded(OptoutError):
    """Only the person can go on from here."""

    outcome = Outcome.PERSON_NEEDED


class NoCredentials(PersonNeeded):
    """Neither a password nor a living sign-in is kept for the account."""


class KeyringUnusable(PersonNeeded):
    """There is no keyring, it is locked, or its backend is one that keeps secrets in the clear."""


class SignInUnusable(PersonNeeded):
    """A kept sign-in is there and cannot be opened."""


class SignInStopped(PersonNeeded):
    """The sign-in ended in `state`, a name of `linkedin.address.State`, and not in a signed-in page."""

    def __init__(self, state: str, sentence: str, hint: str = "") -> None:
        super().__init__(sentence, hint)
        self.state = state


class GivenUp(SignInStopped):
    """The person was asked or waited for, and the sign-in ended there all the same."""


class AnotherMember(PersonNeeded):
    """The site shows another member than the one this evidence is about."""


class EvidenceDamaged(OptoutError):
    """The evidence does not hold."""

    outcome = Outcome.EVIDENCE_DAMAGED


class TryLater(OptoutError):
    """A passing trouble; the same command may work later."""

    outcome = Outcome.TRY_LATER


class VisitUnderWay(TryLater):
    """Another visit holds the account's lock."""


class SiteUnavailable(TryLater):
    """The site, or the way to it, is down, slow or asks for calm."""


class Throttled(SiteUnavailable):
    """The site asked for calm: nothing more is loaded in this visit."""
