"""A click group whose help costs nothing: a command's module is loaded only when the command is called."""

from collections.abc import Callable, Mapping
from typing import Any

import click

# Options that may stand before the command's name too, and how many words follow each.
MAY_STAND_FIRST = {
    "--json": 0,
    "--quiet": 0,
    "-q": 0,
    "--no-input": 0,
    "--verbose": 0,
    "-v": 0,
    "-vv": 0,
    "--log-json": 0,
    "--account": 1,
}


class LazyGroup(click.Group):
    """`lines` maps each command's name to its one line of help; `load` finds the command of a name."""

    def __init__(
        self, *, lines: Mapping[str, str], load: Callable[[str], click.Command], **rest: Any
    ) -> None:
        super().__init__(**rest)
        self.lines = lines
        self.load = load

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order in which a newcomer meets them."""
        return list(self.lines)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Given a name, return its command, or None if there is no such command."""
        return self.load(cmd_name) if cmd_name in self.lines else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Given the words left, return the command they name. Raise NoSuchCommand, with a near name."""
        if args[0] not in self.lines and not args[0].startswith("-"):
            raise click.NoSuchCommand(args[0], possibilities=self.lines, ctx=ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the one-line helps without loading a single command."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self.lines.items()))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Given the words of the call, hand options that stand before the command's name to the command."""
        return super().parse_args(ctx, behind_the_name(args))


def behind_the_name(words: list[str]) -> list[str]:
    """Given the words of a call, return them with leading common options moved behind the command."""
    taken: list[str] = []
    rest = list(words)
    while rest and rest[0].partition("=")[0] in MAY_STAND_FIRST:
        name, equals, _ = rest[0].partition("=")
        length = 1 if equals else 1 + MAY_STAND_FIRST[name]
        taken += rest[:length]
        rest = rest[length:]
    if not rest or rest[0].startswith("-"):
        return rest
    return [rest[0], *taken, *rest[1:]]
