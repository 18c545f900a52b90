"""Call the program that a scheduler is spoken to with, and tell what it refused."""

import subprocess
from collections.abc import Sequence

from optout.errors import OptoutError

SECONDS = 30.0


class SchedulerRefused(OptoutError):
    """The scheduler is not there, or did not take what it was told."""


def call(words: Sequence[str], text: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Given a call and its standard input, return how it ended. Raise SchedulerRefused if it cannot start."""
    try:
        return subprocess.run(words, input=text, capture_output=True, check=False, timeout=SECONDS)
    except FileNotFoundError:
        raise SchedulerRefused(
            f"{words[0]} is not installed.", "Name another scheduler with --backend."
        ) from None
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SchedulerRefused(f"{words[0]} did not answer: {error}.", "Try the command again.") from None


def obey(words: Sequence[str], text: bytes = b"") -> bytes:
    """Given a call that has to succeed, return what it printed. Raise SchedulerRefused if it does not."""
    ended = call(words, text)
    if ended.returncode:
        said = " ".join(ended.stderr.decode(errors="replace").split()) or f"exit code {ended.returncode}"
        raise SchedulerRefused(f"`{words[0]}` refused: {said}.", "Name another scheduler with --backend.")
    return ended.stdout
