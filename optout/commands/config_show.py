"""`optout config show`: each key of the configuration, its value, and which source gave it."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from optout.commands import answer, folding, words
from optout.errors import Outcome

if TYPE_CHECKING:
    from optout.config import Config

# An address of a channel is its password: who has it can write there, or keep the watchman quiet.
SECRET = frozenset({"notify", "ping_url"})
DOTS = "..."


@click.command(
    "show",
    short_help="Show each key, its value and where it came from.",
    epilog="""\b
Examples:
  optout config show
  optout config show --json

\b
Exit codes: 0 all can be followed, 2 a value or a file cannot.
""",
)
@words.shared("account", "as_json")
@click.pass_obj
def command(asked: answer.Asked, said: words.Words) -> int:
    """Show each key with its value and the source it came from: flag, environment, a file, or default.

    `.env.example` says what each key means. Of addresses that notices go to only the kind is shown, since
    whoever has one can use it. Nothing is read but the configuration, and nothing is made.
    """
    config = words.configuration(said)
    asked.account = config.account
    rows = tuple(told(config))
    if said.as_json:
        answer.say_json(
            {
                "schema": "optout.config/1",
                "outcome": Outcome.GOOD.word,
                "exit_code": Outcome.GOOD.exit_code,
                "keys": {key: {"value": value, "source": source} for key, value, source in rows},
            }
        )
        return 0
    width = max(len(key) for key, _, _ in rows)
    for key, value, source in rows:
        shown = "not set" if value is None else folding.whole(value)
        answer.say(f"{key:<{width}}  {shown}  ({folding.whole(source)})")
    return 0


def told(config: "Config") -> Iterator[tuple[str, object, str]]:
    """Given the configuration, yield each key, its value as it may be shown (None if unset), and its source.

    A home that nobody named is None: each folder then lies where the platform wants it, see `optout doctor`.
    """
    for key, source in config.sources.items():
        if key == "home":
            # `config` stays where its files were found, so it does not say what they named.
            yield key, None if source == "default" else str(config.folders.state.parent), source
            continue
        yield key, shown(key, getattr(config, key)), source


def shown(key: str, value: object) -> object:
    """Given a key and its value, return the value without what only its owner may know."""
    if not value or isinstance(value, float):
        return value or None
    said = " ".join(map(str, value)) if isinstance(value, tuple) else str(value)
    if key in SECRET:
        return " ".join(_kind(word) for word in said.split())
    return re.sub(r"(?<=//)[^/\s]*@", f"{DOTS}@", said)


def _kind(address: str) -> str:
    """Given an address, return its scheme and dots; dots alone if it has none."""
    scheme, found, _ = address.partition("://")
    return f"{scheme}://{DOTS}" if found and re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*", scheme) else DOTS
