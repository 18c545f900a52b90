"""One named check of the audit, and the tally of what speaks against it. Standard library only."""

from dataclasses import dataclass, field

_SHOWN_PROBLEMS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One named check.

    `result` is `holds`, `fails`, `could_not_check` or `not_asked`; `runs` are the runs in question.
    """

    name: str
    result: str
    sentence: str
    runs: tuple[str, ...] = ()


NO_BAG = Check(name="bag", result="not_asked", sentence="this is a store, no hand-over")


@dataclass(slots=True)
class Tally:
    """The problems of one check: the names of all runs, the first few sentences, the number of the rest."""

    failed: int = 0
    unknown: int = 0
    sentences: list[str] = field(default_factory=list)
    runs: dict[str, None] = field(default_factory=dict)

    def add(self, sentence: str, *runs: str, unknown: bool = False) -> None:
        """Given a problem and the runs in question, the one that shows it first, keep them.

        `unknown` says that something could not be checked, not that it fails.
        """
        if unknown:
            self.unknown += 1
        else:
            if not self.failed:
                self.sentences.clear()  # what fails is told rather than what could not be checked
            self.failed += 1
        self.runs.update(dict.fromkeys(runs))
        outweighed = unknown and self.failed > 0
        if len(self.sentences) < _SHOWN_PROBLEMS and not outweighed:
            self.sentences.append(f"{runs[0]}: {sentence}" if runs else sentence)

    def check(self, name: str, meaning: str) -> Check:
        """Given the check's name and what it means if it holds, return its result."""
        if not self.failed and not self.unknown:
            return Check(name=name, result="holds", sentence=meaning)
        more = (self.failed or self.unknown) - len(self.sentences)
        sentence = "; ".join(self.sentences) + (f"; and {more} more" if more else "")
        result = "fails" if self.failed else "could_not_check"
        return Check(name=name, result=result, sentence=sentence, runs=tuple(self.runs))


def count(number: int, noun: str) -> str:
    """Given a number and a noun, return both as a sentence has them."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
