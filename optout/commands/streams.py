"""The three standard streams, made so that a full disk or a closed stream never ends a command."""

import errno
import io
import os
import select
import sys
from typing import Any, TextIO


class Patient(io.FileIO):
    """The raw end of an output stream: what cannot be written is dropped, and `lost` says why.

    Everything that is written ends here, the live steps and Python's own flush at exit too.
    """

    lost: OSError | None = None

    def write(self, content: Any, /) -> int:
        """Given bytes, write them, waiting for a slow reader; return how many are done with."""
        try:
            written: int | None = super().write(content)
            while written is None:  # a pipe that somebody set not to wait, as Node does
                select.select([], [self], [])
                written = super().write(content)
        except OSError as error:
            self.lost = self.lost or error
            return memoryview(content).nbytes
        return written


def open_all() -> None:
    """Make the streams of this process such that all three are there and output raises no OSError.

    One that was closed leads nowhere. A console of Windows, and what is no file, stays as it is.
    """
    if sys.stdin is None:
        sys.stdin = open(_nowhere(0), encoding="utf-8")  # noqa: SIM115 - a number, open until the end
    sys.stdout = _patient(sys.stdout, 1)
    sys.stderr = _patient(sys.stderr, 2)


def lost() -> OSError | None:
    """Return what kept standard output from taking what was written to it; None if it took all.

    EBADF stands for a standard output that was closed from the start.
    """
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    return raw.lost if isinstance(raw, Patient) else None


def _patient(stream: TextIO | None, number: int) -> TextIO:
    if stream is None:
        raw = Patient(_nowhere(number), "w")
        raw.lost = OSError(errno.EBADF, "it is closed")
        return io.TextIOWrapper(io.BufferedWriter(raw), encoding="utf-8", errors="replace")
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="replace")
    try:
        place = stream.fileno()
    except (OSError, ValueError):
        return stream
    if os.name == "nt" and stream.isatty():
        return stream
    return io.TextIOWrapper(
        io.BufferedWriter(Patient(place, "w", closefd=False)),
        encoding=stream.encoding,
        errors="replace",
        line_buffering=stream.isatty() or number == 2,
    )


def _nowhere(number: int) -> int:
    """Open the system's waste basket, in the place of a closed stream if that is free; return its number.

    No file that is opened later, the evidence for one, can then land in that place.
    """
    place = os.open(os.devnull, os.O_RDWR)
    os.set_inheritable(place, place == number)
    return place
