"""What a person sees and types: the one sentence of a failed command, a login, a terminal."""

import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress

from calling import Ended, RunOptout
from conftest import PASSWORD

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


def on_a_terminal(words: list[str], environment: dict[str, str]) -> str:
    """Run the command with a terminal of its own for all three streams and return all that it shows."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "optout", *words], env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        shown = b"".join(_read(ours))
    os.close(ours)
    assert process.returncode is not None
    return shown.decode()


def _read(terminal: int) -> Iterator[bytes]:
    with suppress(OSError):  # the end of a terminal is an error
        while part := os.read(terminal, 65536):
            yield part
