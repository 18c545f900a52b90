"""The person behind a visit, as far as they can be reached while a sign-in waits for them."""

from collections.abc import Callable
from dataclasses import dataclass


def _unheard(_what: str, _seconds: float) -> None:
    """Let nobody hear how long is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What they can be asked and shown; the default is that nobody is there.

    `code` is given a question and returns the six digits of a one-time code, or None if they give up; Ctrl-C
    comes out of it as KeyboardInterrupt. It is None without a terminal. `window` says that a window would be
    seen. `remaining` hears, about once a second, what is waited for and how many seconds are left.
    """

    code: Callable[[str], str | None] | None = None
    window: bool = False
    remaining: Callable[[str, float], None] = _unheard


NOBODY = Person()
