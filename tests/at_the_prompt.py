"""What a person sees and types: the one sentence of a failed command, a login, a terminal."""

import os
import pty
import select
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import NoReturn

from calling import Ended, RunOptout
from stories import PASSWORD

ACCOUNT = "practice@example.org"
PATIENCE = 60.0  # seconds for something to be shown, or a command to end


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


class Terminal:
    """The command with a terminal of its own, and somebody who reads and types there."""

    def __init__(self, words: list[str], environment: dict[str, str]) -> None:
        self._ours, theirs = pty.openpty()
        self.shown = ""
        self._seen = 0
        self.process = subprocess.Popen(
            ["setsid", "--ctty", sys.executable, "-m", "optout", *words],
            env=environment,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.close(theirs)

    def until(self, text: str) -> None:
        """Read until a text stands there that did not before; fail if it does not come."""
        deadline = time.monotonic() + PATIENCE
        while text not in self.shown[self._seen :]:
            ready = select.select([self._ours], [], [], max(0.0, deadline - time.monotonic()))[0]
            part = os.read(self._ours, 65536).decode(errors="replace") if ready else ""
            if not part or time.monotonic() > deadline:
                self._give_up(f"{text!r} did not come")
            self.shown += part
        self._seen = self.shown.index(text, self._seen) + len(text)

    def type(self, text: str) -> None:
        """Type a line."""
        self.press(f"{text}\n")

    def press(self, keys: str) -> None:
        """Press keys; the character with the code 3 is Ctrl-C."""
        os.write(self._ours, keys.encode())

    def end(self) -> int:
        """Read to the end; return the exit code. Kill the command and fail if it does not end."""
        deadline = time.monotonic() + PATIENCE
        with suppress(OSError):  # the end of a terminal is an error
            while time.monotonic() < deadline:
                if select.select([self._ours], [], [], 1.0)[0]:
                    self.shown += os.read(self._ours, 65536).decode(errors="replace")
            self._give_up("it did not end")
        os.close(self._ours)
        return self.process.wait(PATIENCE)

    def _give_up(self, reason: str) -> NoReturn:
        self.process.kill()
        self.process.wait(PATIENCE)
        raise AssertionError(f"{reason}:\n{self.shown[-3000:]}")


def at_a_prompt(words: list[str], environment: dict[str, str], *typed: tuple[str, str]) -> str:
    """Run the command on a terminal, type each answer once its question is there, return all it shows."""
    terminal = Terminal(words, environment)
    for question, text in typed:
        terminal.until(question)
        terminal.type(text)
    assert terminal.end() == 0, terminal.shown
    return terminal.shown


def _read(terminal: int) -> Iterator[bytes]:
    with suppress(OSError):  # the end of a terminal is an error
        while part := os.read(terminal, 65536):
            yield part
