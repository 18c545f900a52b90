"""The options that several commands share, and what is made of them before anything is done."""

import difflib
import functools
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from optout.errors import UsageProblem

if TYPE_CHECKING:
    from optout.commands.answer import Asked
    from optout.config import Config
    from optout.linkedin.catalogue import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What the person said with the shared options; a command that lacks an option sees its default."""

    account: str | None = None
    only: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    preset: tuple[str, ...] = ()
    as_json: bool = False
    quiet: bool = False
    no_input: bool = False
    headed: bool = False
    despite_cooldown: bool = False
    verbose: int = 0
    log_json: bool = False

    @property
    def may_ask(self) -> bool:
        """True if a question would reach a person: a terminal is there and `--no-input` was not given."""
        return not self.no_input and sys.stdin is not None and sys.stdin.isatty()


_OPTIONS: Mapping[str, Callable[[Callable[..., Any]], Callable[..., Any]]] = {
    "account": click.option(
        "--account", metavar="EMAIL", help="Whose account; not needed while there is only one."
    ),
    "only": click.option(
        "--only", metavar="NAME", multiple=True, help="This setting and no other; may be repeated."
    ),
    "also": click.option("--also", metavar="NAME", multiple=True, help="This setting too; may be repeated."),
    "preset": click.option(
        "--preset",
        metavar="NAME",
        multiple=True,
        help="Instead of the two core settings: `ads`, all under Advertising data, or `all`. "
        "Add more with --also; not together with --only.",
    ),
    "as_json": click.option(
        "--json", "as_json", is_flag=True, help="One JSON object on stdout, text on stderr."
    ),
    "quiet": click.option("--quiet", "-q", is_flag=True, help="Say nothing when all is well."),
    "no_input": click.option(
        "--no-input", is_flag=True, help="Never ask; end with exit code 2 or 5 instead."
    ),
    "headed": click.option("--headed", is_flag=True, help="Show the browser window."),
    "despite_cooldown": click.option(
        "--despite-cooldown", is_flag=True, help="Visit although the site refused or asked for calm lately."
    ),
    "verbose": click.option("--verbose", "-v", count=True, help="Show the log on stderr; twice for more."),
    "log_json": click.option(
        "--log-json",
        is_flag=True,
        help="Log one JSON object per line, to optout.jsonl in place of optout.log.",
    ),
}


def shared(*names: str) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """Given names of shared options, return a decorator that adds them and hands on one `Words`."""

    def add(function: Callable[..., int]) -> Callable[..., int]:
        @functools.wraps(function)
        def called(**values: Any) -> int:
            said = {part.name: values.pop(part.name) for part in fields(Words) if part.name in values}
            return function(Words(**said), **values)

        decorated: Callable[..., int] = called
        for name in reversed(names):
            decorated = _OPTIONS[name](decorated)
        return decorated

    return add


def settings(words: Words) -> "tuple[Setting, ...]":
    """Given the words, return the wanted settings in the order named, the core ones by default.

    Raise UsageProblem, with the nearest name, if a name is not in the catalogue or no preset's, or if both
    `--only` and `--preset` were said: "no other" and a group contradict each other.
    """
    from optout.linkedin import catalogue

    if words.only and words.preset:
        raise UsageProblem(
            "`--only` names settings and no other, `--preset` names a group: they contradict each other.",
            "Say one of the two; `--also NAME` adds to a preset.",
        )
    grouped = [name for preset in words.preset for name in _preset(preset)]
    names = dict.fromkeys((*(words.only or grouped or catalogue.CORE), *words.also))
    for name in names:
        if name not in catalogue.CATALOGUE:
            raise _no_setting(name)
    return tuple(catalogue.CATALOGUE[name] for name in names)


def _no_setting(name: str) -> UsageProblem:
    """Given a name that is no setting's, return the error that says which was meant: another, or a preset."""
    from optout.linkedin import catalogue

    preset = name.strip().lower()
    if preset in catalogue.PRESETS:
        return UsageProblem(
            f"There is no setting named {name!r}; a preset is called so: use `--preset {preset}`.",
            "`optout settings` lists what is in it.",
        )
    return UsageProblem(
        f"There is no setting named {name!r}.{nearest(name, catalogue.CATALOGUE)}",
        "`optout settings` lists the names.",
    )


def _preset(name: str) -> tuple[str, ...]:
    """Given the name of a preset, return its settings. Raise UsageProblem, with the nearest name."""
    from optout.linkedin import catalogue

    if name not in catalogue.PRESETS:
        raise UsageProblem(
            f"There is no preset named {name!r}.{nearest(name, catalogue.PRESETS)}",
            f"There are: {', '.join(catalogue.PRESETS)}.",
        )
    return catalogue.PRESETS[name]


def nearest(name: str, names: Iterable[str]) -> str:
    """Given a wrong name and the right ones, return " Did you mean …?", or nothing if none is near.

    Upper and lower case are one: who shouts a name meant it.
    """
    lower = {each.lower(): each for each in names}
    found = difflib.get_close_matches(name.strip().lower(), list(lower), n=1)
    return f" Did you mean {lower[found[0]]!r}?" if found else ""


def configuration(words: Words) -> "Config":
    """Given the words, return our own configuration. Raise UsageProblem if a value in it cannot be used."""
    from optout import config

    try:
        cwd = Path.cwd()
    except FileNotFoundError:
        cwd = Path(os.sep)  # the folder was removed under us; it holds no .env then
    return config.load({"account": words.account}, os.environ, interactive=words.may_ask, cwd=cwd)


def logged(config: "Config", said: Words, asked: "Asked") -> None:
    """Given the configuration, open the log there; from now on an unexpected fault is told with its name.

    Raise UsageProblem if it cannot be written.
    """
    from optout import log

    config.folders.make()
    name = log.JSON_NAME if said.log_json else log.FILE_NAME
    asked.log = log.open_log(config.folders.logs, verbose=said.verbose, name=name)
    log.install_excepthook()
