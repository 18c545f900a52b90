"""One thing that `optout doctor` looks at, and how what fails becomes a finding."""

import os
from collections.abc import Callable
from dataclasses import dataclass

from optout.commands import folding
from optout.errors import OptoutError


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing looked at: good, not good, or None for good to know.

    `mend` is the command or the act that mends it; only what is good has none.
    """

    name: str
    good: bool | None
    sentence: str
    mend: str = ""

    def to_json(self) -> dict[str, object]:
        """Return the members that `optout doctor --json` lists for a check."""
        texts = {"sentence": folding.restored(self.sentence), "mend": folding.restored(self.mend)}
        return {"name": self.name, "good": self.good, **texts}


def tried(name: str, act: Callable[[], str], mend: str) -> Check:
    """Given something to try, and a remedy if what fails names none itself, return what came of it."""
    try:
        return Check(name=name, good=True, sentence=act())
    except OptoutError as error:
        return failed(name, error, mend)


def failed(name: str, error: OptoutError | OSError, mend: str) -> Check:
    """Given what failed and a remedy if it names none itself, return it as a finding."""
    if isinstance(error, OptoutError):
        return Check(name=name, good=False, sentence=error.sentence, mend=error.hint or mend)
    sentence = f"{error.filename} cannot be read: {os.strerror(error.errno or 0)}"
    return Check(name=name, good=False, sentence=sentence, mend=mend)
