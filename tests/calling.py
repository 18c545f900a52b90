"""How tests call what is under test: the shapes of the fixtures in conftest.py."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from optout.practice.site import PracticeSite

COMMAND_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended."""

    args: tuple[str, ...]
    returncode: int
    stdout: str
    stderr: str

    @property
    def json(self) -> dict[str, Any]:
        """The one object on stdout; an AssertionError or ValueError if anything else is there."""
        answer = json.loads(self.stdout)
        assert isinstance(answer, dict)
        return answer


class StartPractice(Protocol):
    """Starts a practice site; keywords as PracticeSite takes them, the password by default PASSWORD."""

    def __call__(self, *moods: str, **keywords: object) -> "PracticeSite":
        """Given moods and keywords, return the running site."""


class RunOptout(Protocol):
    """Runs `python -m optout` with the given words and waits for its end."""

    def __call__(
        self,
        *args: str,
        site: "PracticeSite | str | None" = None,
        home: Path | None = None,
        input: str | None = None,  # noqa: A002 - named as in subprocess.run
        env: Mapping[str, str | None] | None = None,
    ) -> Ended:
        """Given words, return how it ended.

        `site` is a practice site or an origin, `home` the OPTOUT_HOME if not the test's own, `input` what
        stands on stdin (else it is empty), `env` what is added to the environment; None takes a key out.
        """


class RunPython(Protocol):
    """Runs Python code in a process of its own, with only the given environment, PATH and a new HOME."""

    def __call__(self, code: str, *args: str, **env: str) -> Ended:
        """Given code, its sys.argv and environment, return how it ended."""


def call(words: Sequence[str], folder: Path, environment: Mapping[str, str], text: str | None) -> Ended:
    """Given a command, its folder, its whole environment and its stdin, return how it ended."""
    ended = subprocess.run(
        words,
        check=False,
        cwd=folder,
        env=environment,
        input=text or "",
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=COMMAND_SECONDS,
    )
    return Ended(tuple(words), ended.returncode, ended.stdout, ended.stderr)
