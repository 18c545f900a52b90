"""Go from run to run along the chain and keep, for each named check, what speaks against it.

Standard library only. Memory does not grow with what is in the runs: names and a few sentences are kept.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime

from optout.evidence.audit_absent import MISSING, Absent
from optout.evidence.audit_check import NO_BAG, Check, Tally, count
from optout.evidence.audit_findings import contradictions, left_out_in, proved_off_in, shown
from optout.evidence.audit_run import Folder
from optout.evidence.audit_seals import Seals
from optout.evidence.audit_stages import disagreements, doubts

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


@dataclass(slots=True)
class Walk:
    """What is carried from run to run; `store` is the identifier that each run has to repeat."""

    store: str | None = None
    told: str | None = None
    bag: Check = NO_BAG
    absent: Absent = field(default_factory=Absent)
    runs: int = 0
    number: int = 0
    name: str = ""
    seals: dict[str, str | None] = field(default_factory=dict)
    files: int = 0
    verdicts: int = 0
    left_out: int = 0
    unfinished: int = 0
    told_at: tuple[str, int] | None = None
    proved_off: set[str] = field(default_factory=set)
    sequence: Tally = field(default_factory=Tally)
    genesis: Tally = field(default_factory=Tally)
    link: Tally = field(default_factory=Tally)
    whole: Tally = field(default_factory=Tally)
    unlisted: Tally = field(default_factory=Tally)
    findings: Tally = field(default_factory=Tally)
    sealed: Seals = field(default_factory=Seals)

    def enter(self, number: int, run: Folder) -> None:
        """Given the next run, its number taken from its name, judge it against what came before."""
        for problem in run.problems:
            tally = self.unlisted if problem.check == "unlisted" else self.whole
            tally.add(problem.sentence, run.name, unknown=problem.unknown)
        self._follow(number, run)
        content = run.understood.get("run.json")
        self.sealed.enter(run, content if isinstance(content, dict) else None)
        self.absent.enter(run, content)
        if isinstance(content, dict):
            self._compare_names(number, run.name, content)
            self._find(run, content)
        else:
            for tally in (self.sequence, self.findings):
                tally.add("run.json cannot be understood", run.name, unknown=True)
        self.runs += 1
        self.files += run.sound_files
        self.number, self.name, self.seals = number, run.name, run.seals
        if self.told is not None and run.seals.get("SHA256SUMS") == self.told:
            self.told_at = (run.name, self.runs)

    def checks(self) -> tuple[Check, ...]:
        """Return the checks in their order, once every run was entered."""
        aside = f", {self.unfinished} unfinished not counted" if self.unfinished else ""
        for name, problem in self.absent.undeclared():
            self.whole.add(problem, name)
        if self.absent.told_otherwise:
            self.whole.add(f"{MISSING} does not name exactly the files that are absent")
        without = f"; {self.left_out} without a state.json, declared left out" if self.left_out else ""
        return (
            self.bag,
            self.sequence.check(
                "sequence", f"{count(self.runs, 'run')} of this store, numbered without a gap"
            ),
            self.genesis.check("genesis", "the first run continues none"),
            self.link.check("link", "each run lists exactly the seals of the run before it"),
            self.whole.check("files", f"{count(self.files, 'file')} as recorded{self.absent.words}"),
            self.unlisted.check("unlisted", f"nothing else lies in the runs{aside}"),
            self.findings.check(
                "findings", f"{count(self.verdicts, 'verdict')}, each as its readings have it{without}"
            ),
            *self.sealed.checks(),
            self._known_head(),
            self.sealed.known_key(),
        )

    def _follow(self, number: int, run: Folder) -> None:
        if number == self.number:
            self.sequence.add(f"its number is that of {self.name}", run.name)
        elif number != self.number + 1:
            self.sequence.add(f"{self.number + 1:06d} should stand here", run.name)
        if self.runs == 0:
            if run.links:
                self.genesis.add("the first run that is here continues another", run.name)
        elif None in self.seals.values():
            self.link.add(f"a seal of {self.name} cannot be read", run.name, self.name, unknown=True)
        elif run.links != {f"../{self.name}/{seal}": digest for seal, digest in self.seals.items()}:
            self.link.add(self._break(run), run.name, self.name)

    def _break(self, run: Folder) -> str:
        told = run.links.get(f"../{self.name}/SHA256SUMS")
        if told is None:
            return f"does not continue {self.name}"
        if told != self.seals.get("SHA256SUMS"):
            return f"continues {self.name} as it no longer is"
        return f"{self.name} has other seals than this run recorded"

    def _compare_names(self, number: int, name: str, content: dict[str, object]) -> None:
        if content.get("schema") != "optout.run/1":
            self.sequence.add(f"the schema {shown(content.get('schema'))} is unknown", name, unknown=True)
            return
        if content.get("number") != number:
            self.sequence.add(f"run.json gives the number {shown(content.get('number'))}", name)
        if f"{number:06d}_{_compact(content.get('sealed'))}" != name:
            self.sequence.add(f"run.json was sealed at {shown(content.get('sealed'))}", name)
        if self.store is not None and content.get("store") != self.store:
            self.sequence.add(f"it belongs to the store {shown(content.get('store'))}", name)

    def _find(self, run: Folder, content: dict[str, object]) -> None:
        kind = content.get("kind")
        if kind in ("prune", "key"):
            if content.get("settings") != []:
                self.findings.add(f"a run of the kind {kind} has settings", run.name)
            return
        if kind != "visit":
            self.findings.add(f"the kind {shown(kind)} is unknown", run.name, unknown=True)
            return
        states = {
            name.removesuffix("/state.json"): state
            for name, state in run.understood.items()
            if name.endswith("/state.json")
        }
        unread = {name.removesuffix("/state.json") for name in run.unread if name.endswith("/state.json")}
        for name in sorted(unread):
            self.findings.add(f"state.json of {shown(name)} cannot be read", run.name, unknown=True)
        for sentence in contradictions(
            content, states, unread=unread, listed=run.listed, proved_off=self.proved_off
        ):
            self.findings.add(sentence, run.name)
        rows = run.understood.get("rows.json")
        for sentence in disagreements(content, states, rows=rows, listed=run.listed):
            self.findings.add(sentence, run.name)
        for sentence in doubts(content, states, listed=run.listed):
            self.findings.add(sentence, run.name, unknown=True)
        self.left_out += len(list(left_out_in(content, states)))
        self.proved_off.update(proved_off_in(content))
        settings = content.get("settings")
        self.verdicts += len(settings) if isinstance(settings, list) else 0

    def _known_head(self) -> Check:
        if self.told is None:
            return Check(name="known-head", result="not_asked", sentence="no head was given (--head)")
        if self.told_at is None:
            return Check(
                name="known-head", result="fails", sentence="the head that was given is not in the chain"
            )
        name, position = self.told_at
        since = self.runs - position
        later = f"; {since} more since" if since else ", the newest"
        return Check(name="known-head", result="holds", sentence=f"it is the head of {name}{later}")


def _compact(sealed: object) -> str | None:
    if not isinstance(sealed, str) or not _TIME.fullmatch(sealed):
        return None
    try:
        datetime.fromisoformat(sealed)
    except ValueError:
        return None
    return sealed.replace("-", "").replace(":", "")
