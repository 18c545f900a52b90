"""The steps of a visit as they happen: live on a terminal, one plain line each anywhere else."""

import math
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Self

from optout.commands import answer

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status


class Steps:
    """A progress display on stderr to be used as a context manager; call it with each step as it begins."""

    def __init__(self, *, quiet: bool, plain: bool = False) -> None:
        self._quiet = quiet
        self._live = not quiet and not plain and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._console: Console | None = None
        self._status: Status | None = None
        self._step = ""
        self._waited_for = ""
        self._began = 0.0

    def __call__(self, step: str) -> None:
        """Given the step that begins now, show it, and the one before as past."""
        if self._quiet:
            return
        if not self._live:
            answer.tell(f"optout: {step}")
            return
        self._past()
        self._step, self._began = step, time.monotonic()
        self._show(step)

    def remaining(self, step: str, seconds: float) -> None:
        """Given what is waited for and the seconds left, count them down on a terminal behind the step.

        Somebody who asked for quiet is told once what is waited for: nothing goes on without them.
        """
        if self._live:
            self._show(f"{self._step or step} ({math.ceil(seconds)} s left)")
        elif self._quiet and sys.stderr.isatty() and step != self._waited_for:
            self._waited_for = step
            answer.tell(f"optout: {step}")

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Keep the display off the terminal while a question stands there."""
        if self._status is not None:
            self._status.stop()
            self._status = None
        yield

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self._status is not None:
            self._status.stop()
        if kind is None:
            self._past()

    def _show(self, step: str) -> None:
        from rich.console import Console
        from rich.text import Text

        if self._console is None:
            self._console = Console(stderr=True, highlight=False)
        words = Text(f"{step} …", style="bold")
        if self._status is None:
            self._status = self._console.status(words)
            self._status.start()
        else:
            self._status.update(words)

    def _past(self) -> None:
        # No tick: a step that is over proves nothing about a setting.
        if self._step and self._console is not None:
            from rich.text import Text

            line = Text(f"{time.monotonic() - self._began:5.1f} s  {self._step}", style="dim")
            self._console.print(line)
        self._step = ""
