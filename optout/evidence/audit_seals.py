"""Signatures and time stamps along the chain: whose, when, and what they cover. Standard library only.

A seal of a later run covers a run without one, as the later run links to it. Nothing covers the runs after
the last seal: else taking the newest seals away would pass.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from optout.evidence import ordinary_file
from optout.evidence.audit_check import Check, Tally, count
from optout.evidence.audit_findings import shown
from optout.evidence.audit_run import Folder
from optout.evidence.audit_told import Told
from optout.evidence.audit_tools import STOCK, Checkers, Refused, Unable

SIGNATURE = "SHA256SUMS.sshsig"
APART = timedelta(minutes=10)  # at most, between the time of sealing and that of its stamp
_LARGEST_SEAL = 1 << 16  # bytes
_MOST_TOKENS = 8  # in one run; the program writes one
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


@dataclass(slots=True)
class Seals:
    """What is carried from run to run about signatures and time stamps."""

    told: Told = field(default_factory=Told)
    checkers: Checkers = STOCK
    signed: int = 0
    stamped: int = 0
    first_key: str | None = None
    vouched: set[str] = field(default_factory=set)
    keys: dict[str, None] = field(default_factory=dict)
    any_signature: bool = False
    any_stamp: bool = False
    unsigned: list[str] = field(default_factory=list)
    unstamped: list[str] = field(default_factory=list)
    covered: int = 0
    last: tuple[str, datetime] | None = None
    signature: Tally = field(default_factory=Tally)
    timestamp: Tally = field(default_factory=Tally)
    time: Tally = field(default_factory=Tally)

    def enter(self, run: Folder, content: dict[str, object] | None) -> None:
        """Given the next run and its `run.json`, None if that cannot be understood, judge its seals."""
        seal = (content or {}).get("seal")
        key, stamps = (seal.get("key"), seal.get("stamps_asked")) if isinstance(seal, dict) else (None, [])
        if SIGNATURE in run.seals:
            self.any_signature = True
            self._signature(run, content, key)
        else:
            self.any_signature |= key is not None
            self.unsigned.append(run.name)
        tokens = sorted(name for name in run.seals if name.endswith(".tsr"))
        self.any_stamp |= bool(tokens) or bool(stamps)
        if not tokens:
            self.unstamped.append(run.name)
        elif len(tokens) > _MOST_TOKENS:
            self.timestamp.add(f"it has {len(tokens)} time stamps", run.name)
        elif self.told.roots is None:
            self.stamped += 1
        else:
            self._tokens(run, content, tokens)

    def checks(self) -> tuple[Check, ...]:
        """Return the checks `signature`, `timestamp` and `time`, once every run was entered."""
        return self._signature_check(), self._timestamp_check(), self._time_check()

    def known_key(self) -> Check:
        """Return the check `known-key`: the first key is one that was told."""
        if not self.told.keys:
            return _not_asked("known-key", "no fingerprint of a key was given (--key)")
        if self.first_key is None and self.signature.unknown:
            return Check(name="known-key", result="could_not_check", sentence="no signature could be checked")
        if self.first_key is None:
            sentence = "no run is signed by a key, yet one was told"
        elif self.first_key in self.told.keys:
            return Check(name="known-key", result="holds", sentence=f"the first key is {self.first_key}")
        else:
            sentence = f"the first key is {self.first_key}, which was not told"
        return Check(name="known-key", result="fails", sentence=sentence)

    def _signature(self, run: Folder, content: dict[str, object] | None, named: object) -> None:
        try:
            key = self.checkers.signed_by(run.sums, _read(run, SIGNATURE))
        except Refused as refused:
            self.signature.add(str(refused), run.name)
            return
        except Unable as unable:
            self.signature.add(str(unable), run.name, unknown=True)
            return
        self.keys[key] = None
        if self.first_key is None:
            self.first_key = key
            self.vouched = {key, *self.told.keys}
        if content is not None and key != named:
            self.signature.add(f"it is signed by {key}, and names {shown(named)}", run.name)
        elif key not in self.vouched:
            self.signature.add(f"it is signed by {key}, not vouched for by an earlier key", run.name)
        else:
            self.signed += 1
            self.covered += len(self.unsigned)
            self.unsigned.clear()
            self._introduce(run, content)

    def _introduce(self, run: Folder, content: dict[str, object] | None) -> None:
        match (content or {}).get("kind"), run.understood.get("key.json"):
            case "key", {"new": str(new)} if "key.json" in run.listed:
                self.vouched.add(new)

    def _tokens(self, run: Folder, content: dict[str, object] | None, names: list[str]) -> None:
        for name in names:
            try:
                moment = self.checkers.stamped_at(run.sums, _read(run, name), self.told.roots or b"")
            except Refused as refused:
                self.timestamp.add(str(refused), run.name)
            except Unable as unable:
                self.timestamp.add(str(unable), run.name, unknown=True)
            else:
                self.stamped += 1
                self.unstamped.clear()
                self._compare(run.name, moment, (content or {}).get("sealed"))

    def _compare(self, name: str, moment: datetime, sealed: object) -> None:
        told = _moment(sealed)
        if told is None:
            self.time.add("run.json does not say when it was sealed", name, unknown=True)
        elif abs(moment - told) > APART:
            self.time.add(f"it says that it was sealed at {sealed}, its stamp is of {_written(moment)}", name)
        if self.last is not None and moment < self.last[1]:
            self.time.add(f"its stamp is older than that of {self.last[0]}", name, self.last[0])
        self.last = (name, moment)

    def _signature_check(self) -> Check:
        if not self.any_signature:
            return _not_asked("signature", "no run is signed")
        self._add_uncovered(self.signature, self.unsigned, "signed")
        by = ", then ".join(self.keys)
        without = f"; {count(self.covered, 'run')} without, covered by a later one" if self.covered else ""
        return self.signature.check("signature", f"{count(self.signed, 'run')} signed by {by}{without}")

    def _timestamp_check(self) -> Check:
        if not self.any_stamp and not self.told.expects_stamps:
            return _not_asked("timestamp", "no run is time-stamped")
        if self.told.roots is None and self.stamped:
            sentence = f"{count(self.stamped, 'time stamp')}, no outside root given (--tsa-root)"
            self.timestamp.add(sentence, unknown=True)
        else:
            self._add_uncovered(self.timestamp, self.unstamped, "time-stamped")
        return self.timestamp.check(
            "timestamp",
            f"{count(self.stamped, 'time stamp')} for these checksums, from a root that was given",
        )

    def _time_check(self) -> Check:
        if not self.any_stamp and not self.told.expects_stamps:
            return _not_asked("time", "no run is time-stamped")
        if self.last is None:
            return Check(
                name="time", result="could_not_check", sentence="there is no time stamp that could be trusted"
            )
        return self.time.check(
            "time",
            f"each stamp within {APART.seconds // 60} minutes of its sealing, none older than one before it",
        )

    @staticmethod
    def _add_uncovered(tally: Tally, names: list[str], done: str) -> None:
        if names:
            tally.add(
                f"{count(len(names), 'run')} at the end not {done}, and none later covers them",
                *names,
                unknown=True,
            )


def _not_asked(name: str, sentence: str) -> Check:
    return Check(name=name, result="not_asked", sentence=sentence)


def _read(run: Folder, name: str) -> bytes:
    try:
        return ordinary_file.read(run.path / name, limit=_LARGEST_SEAL)
    except ordinary_file.TooLarge as error:
        raise Refused(f"{name} is too large for a seal") from error
    except OSError as error:
        raise Unable(f"{name} cannot be read") from error


def _moment(sealed: object) -> datetime | None:
    if not isinstance(sealed, str) or not _TIME.fullmatch(sealed):
        return None
    try:
        return datetime.fromisoformat(sealed)
    except ValueError:
        return None


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
