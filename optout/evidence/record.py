"""What a visit says about itself, and the bytes of `run.json` and `account.json` that say it."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeGuard

_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingRecord:
    """One setting: readings and verdict in lower case; `screenshots` are names inside the run folder.

    `witnesses` maps `control`, `stood`, `second_load`, `save_response` and `row` to what each said, None for
    one that said nothing.
    """

    name: str
    before: str
    after: str
    verdict: str
    reason: str
    witnesses: Mapping[str, str | None]
    screenshots: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRecord:
    """One visit; times are aware, the free members hold what JSON can hold (times and tuples too).

    A run of the kind `key`, which announces another key, or `prune`, which removed pictures, looked at
    nothing and has no settings.
    """

    command: str
    outcome: str
    exit_code: int
    started: datetime
    finished: datetime
    settings: tuple[SettingRecord, ...]
    news: tuple[str, ...] = ()
    options: Mapping[str, object]
    steps: tuple[Mapping[str, object], ...] = ()
    environment: Mapping[str, object]
    tls: tuple[Mapping[str, object], ...] = ()
    kind: str = "visit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Whose account it is, as the user named it and as the site showed it."""

    account: str
    member: str | None = None
    display_name: str | None = None
    profile_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealing:
    """What the ledger adds to a visit's own words when it seals them; `sealed` is a `stamp`."""

    store: str
    number: int
    sealed: str
    key: str | None
    unsigned_because: str | None
    stamps_asked: tuple[str, ...]
    interrupted: tuple[str, ...]
    left_out: tuple[str, ...]
    damage_seen: str | None


def stamp(moment: datetime) -> str:
    """Given an aware time, return it in UTC, whole seconds, as `2026-11-23T08:15:42Z`.

    Raise ValueError if it carries no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a time without a zone cannot be recorded")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def is_time(value: object) -> TypeGuard[str]:
    """Given any value, return whether it is a time as `stamp` writes it, and one that there is."""
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def run_json(visit: VisitRecord, sealing: Sealing) -> bytes:
    """Given a visit and how it is sealed, return the content of `run.json`, its members in the fixed order.

    A picture that was left out is not claimed as a screenshot. Raise TypeError if JSON cannot hold a value.
    """
    return to_json(
        {
            "schema": "optout.run/1",
            "store": sealing.store,
            "number": sealing.number,
            "kind": visit.kind,
            "command": visit.command,
            "outcome": visit.outcome,
            "exit_code": visit.exit_code,
            "started": visit.started,
            "finished": visit.finished,
            "sealed": sealing.sealed,
            "settings": [_setting(setting, sealing.left_out) for setting in visit.settings],
            "news": visit.news,
            "options": visit.options,
            "steps": visit.steps,
            "environment": visit.environment,
            "tls": visit.tls,
            "seal": {
                "key": sealing.key,
                "unsigned_because": sealing.unsigned_because,
                "stamps_asked": sealing.stamps_asked,
            },
            "interrupted": sealing.interrupted,
            "left_out": sealing.left_out,
            "damage_seen": sealing.damage_seen,
        }
    )


def account_json(identity: Identity, salt: str) -> bytes:
    """Given an identity and the store's salt (32 hex), return the content of `account.json`."""
    return to_json(
        {
            "salt": salt,
            "account": identity.account,
            "member": identity.member,
            "display_name": identity.display_name,
            "profile_url": identity.profile_url,
        }
    )


def to_json(value: Mapping[str, object]) -> bytes:
    """Given a mapping, return it as UTF-8 JSON, indent 2, in the given order, with a last line feed.

    Raise TypeError if JSON cannot hold a value.
    """
    text = json.dumps(_plain(value), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    # Half a surrogate pair, as a page can hold one, has no UTF-8: backslashreplace writes its JSON escape.
    return text.encode("utf-8", "backslashreplace")


def _setting(setting: SettingRecord, left_out: tuple[str, ...]) -> dict[str, object]:
    return {
        "name": setting.name,
        "before": setting.before,
        "after": setting.after,
        "verdict": setting.verdict,
        "reason": setting.reason,
        "screenshots": [name for name in setting.screenshots if name not in left_out],
        "witnesses": setting.witnesses,
    }


def _plain(value: object) -> object:
    match value:
        case None | bool() | int() | float() | str():
            return value
        case datetime():
            return stamp(value)
        case Mapping():
            return {str(key): _plain(member) for key, member in value.items()}
        case Sequence() if not isinstance(value, bytes | bytearray | memoryview):
            return [_plain(member) for member in value]
    raise TypeError(f"a record cannot hold a value of the type {type(value).__name__}")
