"""What a person sees and types: the one sentence of a failed command, a login, a terminal."""

import os
import pty
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import suppress

from calling import Ended, RunOptout
from stories import PASSWORD

ACCOUNT = "practice@example.org"


def one_sentence(ended: Ended) -> str:
    """Return the only line on stderr; nothing of a traceback may be there."""
    assert "Traceback" not in ended.stderr
    (line,) = ended.stderr.splitlines()
    assert line.startswith("optout: ")
    return line


def login(optout: RunOptout, site: object = None, account: str = ACCOUNT, password: str = PASSWORD) -> Ended:
    """Keep a password for an account of the practice site."""
    origin = getattr(site, "origin", "http://127.0.0.1:9")
    return optout("login", "--account", account, "--password-stdin", site=origin, input=f"{password}\n")


def on_a_terminal(words: list[str], environment: dict[str, str], columns: int = 0) -> str:
    """Run the command with a terminal of its own for all three streams and return all that it shows.

    A terminal of 0 columns is one that does not say how many it has.
    """
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, columns))
    with subprocess.Popen(
        [sys.executable, "-m", "optout", *words], env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        shown = b"".join(_read(ours))
    os.close(ours)
    assert process.returncode is not None
    return shown.decode()


def at_a_prompt(words: list[str], environment: dict[str, str], *typed: tuple[str, str]) -> str:
    """Run the command on a terminal, type each answer once its question is there, return all it shows."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        ["setsid", "--ctty", sys.executable, "-m", "optout", *words],
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ) as process:
        os.close(theirs)
        shown, seen = "", 0
        for question, text in typed:
            while question not in shown[seen:]:
                shown += os.read(ours, 65536).decode()
            seen = len(shown)
            os.write(ours, text.encode() + b"\n")
        shown += b"".join(_read(ours)).decode()
    os.close(ours)
    assert process.returncode == 0, shown
    return shown


def _read(terminal: int) -> Iterator[bytes]:
    with suppress(OSError):  # the end of a terminal is an error
        while part := os.read(terminal, 65536):
            yield part
