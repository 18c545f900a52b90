"""What leaves the program: every line for a person and every JSON object goes through here, redacted."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

import click

from optout.commands import folding, stopping
from optout.errors import Outcome


@dataclass(slots=True)
class Asked:
    """What the call asked for, as far as its words were understood; an ending in trouble is told from it.

    `whose` is the account that the command to run next has to name, None if only one can be meant.
    """

    as_json: bool = False
    schema: str | None = None
    account: str | None = None
    whose: str | None = None
    settings: Sequence[str] = ()
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    log: Path | None = None
    visited: Mapping[str, object] | None = None  # the object of a visit that was stopped and sealed


def say(text: str) -> None:
    """Given a text for a person, write it to stdout; a terminal gets it folded to its width."""
    _write(text, sys.stdout, columns=folding.width(sys.stdout))


def tell(text: str) -> None:
    """Given a text for a person, write it to stderr; a terminal gets it folded to its width."""
    _write(text, sys.stderr, columns=folding.width(sys.stderr))


def say_json(answer: Mapping[str, object]) -> None:
    """Given the answer of a command, write it to stdout as one JSON object; from here on nothing stops it."""
    stopping.release()
    _write(json.dumps(answer, indent=2), sys.stdout, columns=None)


def mark(good: bool | None) -> str:
    """Given whether something is good, or None for not known, return its mark, coloured for a terminal."""
    plain = {True: ("✓", "ok"), False: ("✗", "NO"), None: ("?", "?")}[good]
    colour = {True: "green", False: "red", None: "yellow"}[good]
    return click.style(plain[0] if _can_write("✓✗") else plain[1], fg=colour, bold=True)


def trouble(asked: Asked, outcome: Outcome, exit_code: int, sentence: str, hint: str) -> None:
    """Given how a call ended early, say so on stderr and, if JSON was asked for, in one object on stdout."""
    if asked.whose is not None:
        from optout.commands import accounts

        hint = accounts.named_in(hint, asked.whose)
    tell(f"optout: {sentence} {hint}".rstrip())
    if not asked.as_json:
        return
    ending: dict[str, object] = {"outcome": outcome.word, "exit_code": exit_code}
    told = {"trouble": f"{sentence} {hint}".rstrip()}
    if asked.visited is not None:
        say_json({**asked.visited, **ending, **told})
        return
    answer = {"schema": asked.schema, **ending}
    if asked.schema == "optout.visit/1":
        from optout.evidence.record import stamp

        answer |= {
            "account": asked.account,
            "member": None,
            "started": stamp(asked.started),
            "finished": stamp(datetime.now(UTC)),
            "settings": [_not_tried(name, sentence) for name in asked.settings],
            "news": [],
            "not_before": None,
            "evidence": None,
        }
    say_json(answer | told)


def _not_tried(name: str, sentence: str) -> dict[str, object]:
    unread = {"before": "unreadable", "after": "unreadable", "verdict": "unreadable"}
    silent = dict.fromkeys(("control", "stood", "second_load", "last_load", "save_response", "row"))
    return {"name": name, **unread, "reason": sentence, "screenshots": [], "witnesses": silent}


def _can_write(text: str) -> bool:
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _write(text: str, stream: TextIO, *, columns: int | None) -> None:
    from optout.log import redact

    text = redact(text)  # before it is folded: a secret may hold a blank
    if columns is not None:
        text = folding.folded(text, columns)
    click.echo(folding.restored(text), file=stream, color=False if os.environ.get("NO_COLOR") else None)
    stream.flush()
