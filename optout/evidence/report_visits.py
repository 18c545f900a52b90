"""What the report knows of a run: plain records of a visit and of what it says of each setting."""

import enum
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from optout.change import Change


class State(enum.StrEnum):
    """What one visit showed of one setting; UNKNOWN unless its record is whole and follows from itself."""

    OFF = "off"
    NOT_OFFERED = "not_offered"
    ON = "on"
    UNKNOWN = "unknown"


class Doubt(enum.StrEnum):
    """Why a run, or what it says of one setting, cannot be relied upon."""

    AT_FAULT = "at_fault"
    UNREADABLE = "unreadable"
    DOES_NOT_FOLLOW = "does_not_follow"
    TOO_MUCH = "too_much"


class Kind(enum.StrEnum):
    """What a run is: a visit, or an entry of the evidence's holder that looks at no setting."""

    VISIT = "visit"
    PRUNE = "prune"
    KEY = "key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What stood beside the switch on the load that decided; None where it is not recorded.

    `at` is also None if it does not lie within the visit: then no more is known than when the visit ended.
    """

    at: datetime | None
    url: str | None
    heading: str | None
    label: str | None
    description: str | None
    language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one visit says of one setting; `doubt` says why if it cannot be relied upon.

    `witnesses` holds each witness that said something, by its name in `run.json`, and what it said. `taken`
    holds pictures with the time of the load that they show, as far as it is recorded.
    """

    name: str
    before: str
    after: str
    verdict: str
    reason: str | None
    state: State
    doubt: Doubt | None
    wording: Wording | None
    pictures: tuple[str, ...]
    witnesses: tuple[tuple[str, str], ...] = ()
    taken: tuple[tuple[str, datetime], ...] = ()

    def taken_at(self, picture: str) -> datetime | None:
        """Given the name of a picture, return when the load that it shows was read, None if not recorded."""
        return next((at for name, at in self.taken if name == picture), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One run as the report tells it. `doubt` says why if the run as a whole cannot be relied upon.

    `when` is its end, from the name of its folder. `command` carries `--fix` where that was said. `kind` is
    another than VISIT only without doubt. `seals` are the names of its signature and time stamps, `key` the
    fingerprint that it gives for itself. `schedule` is how often a check was due then. `pruned` are the
    files that it declares removed, by their paths under `runs/`.
    """

    run: str
    path: Path
    when: datetime | None
    kind: Kind = Kind.VISIT
    command: str = ""
    outcome: str = ""
    settings: tuple[Said, ...] = ()
    news: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    left_out: tuple[str, ...] = ()
    interrupted: tuple[str, ...] = ()
    damage_seen: str | None = None
    site: str | None = None
    schedule: str | None = None
    circumstances: tuple[tuple[str, str | bool | None], ...] = ()
    account: tuple[tuple[str, str], ...] = ()
    seals: tuple[str, ...] = ()
    key: str | None = None
    pruned: frozenset[str] = frozenset()
    doubt: Doubt | None = None

    def of(self, setting: str) -> Said | None:
        """Given the name of a setting, return what this visit says of it, None if it says nothing."""
        return next((said for said in self.settings if said.name == setting), None)

    @property
    def is_signed(self) -> bool:
        """Whether a signature lies in the run; that it is valid, the audit says."""
        return "SHA256SUMS.sshsig" in self.seals

    @property
    def stamps(self) -> tuple[str, ...]:
        """The short names of the authorities whose time stamps lie in the run."""
        return tuple(seal[len("SHA256SUMS.") : -len(".tsr")] for seal in self.seals if seal.endswith(".tsr"))
