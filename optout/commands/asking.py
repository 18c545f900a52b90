"""Ask the person what a sign-in needs of them: a one-time code at the prompt, or their hands in a window."""

import getpass
import re
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from optout.commands import answer

if TYPE_CHECKING:
    from optout.commands.steps import Steps
    from optout.commands.words import Words
    from optout.linkedin.person import Person

PATIENCE = 600  # seconds; a code is worth nothing after that, and the account stays locked for other visits
PROMPT = "six digits, not shown; Enter to give up: "  # short: a terminal does not fold it
CODE = re.compile(r"[0-9]{6}")


def person(said: "Words", steps: "Steps") -> "Person":
    """Given the words of a command and its display, return the person that it can reach, if any.

    A code is asked for only at a terminal. A window is shown only to somebody who is there: at a terminal, or
    because they asked for one with `--headed`.
    """
    from optout.browser import find
    from optout.linkedin.person import Person

    def ask(question: str) -> str | None:
        with steps.aside():
            return code(question)

    return Person(
        code=ask if said.may_ask else None,
        window=not said.no_input and (said.headed or said.may_ask) and find.has_display(),
        remaining=steps.remaining,
    )


def code(question: str) -> str | None:
    """Given a question, return the six digits that the person types, unseen; None if they give up.

    Blanks between the digits do not count; what is no code is asked for again. Given up is the end of input,
    an empty line, or no answer within 10 minutes. Raise KeyboardInterrupt on Ctrl-C.
    """
    try:
        with _limit(PATIENCE):
            answer.tell(f"{question}:")
            while typed := _typed(PROMPT):
                if CODE.fullmatch(typed):
                    return typed
                answer.tell("That is not a code of six digits.")
    except KeyboardInterrupt:
        answer.tell("")
        raise
    except (EOFError, TimeoutError):
        answer.tell("")
    return None


def _typed(prompt: str) -> str:
    return re.sub(r"\s", "", getpass.getpass(prompt, stream=sys.stderr))


@contextmanager
def _limit(seconds: int) -> Iterator[None]:
    """Raise TimeoutError in the block when it takes longer; without limit where there is no such alarm."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def late(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
