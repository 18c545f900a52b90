"""Read what a stranger may have laid out: ordinary files only, never more than a limit, never waiting.

Standard library only, since the audit rests on it. In a folder that was received, any name can be a pipe that
never ends a read, a link to a device that never ends at all, or a file larger than memory.
"""

import errno
import hashlib
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

READ_WHOLE = 16 << 20  # of a file that is read at once, in bytes: JSON, checksum lines, seals
HASHED = 1 << 30  # of a file that is hashed block by block, in bytes: pictures
_BLOCK = 1 << 18
# Windows has none of these but the binary mode; there a link is looked for beforehand.
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOCTTY", 0)
    | getattr(os, "O_BINARY", 0)
)


class TooLarge(OSError):
    """The file is larger than what will be read of it."""


def read(path: Path, *, limit: int = READ_WHOLE) -> bytes:
    """Given a file and a limit in bytes, return its content.

    Raise TooLarge if there is more, another OSError if it cannot be read or is no ordinary file. A symbolic
    link is none.
    """
    content = bytearray()
    with opened(path, limit=limit) as file:
        while block := file.read(_BLOCK):
            content += block
            if len(content) > limit:  # it grew meanwhile
                raise _too_large(path)
    return bytes(content)


def sha256(path: Path, *, limit: int = HASHED) -> str:
    """Given a file and a limit in bytes, return its SHA-256 as 64 hex digits, read in blocks.

    Raise what `read` raises.
    """
    with opened(path, limit=limit) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def lines(path: Path, *, longest: int) -> Iterator[bytes]:
    """Given a file, give its lines with their line feeds; one longer than `longest` bytes comes in pieces.

    Raise what `read` raises, but for a file that is large.
    """
    with opened(path, limit=sys.maxsize) as file:
        while line := file.readline(longest):
            yield line


@contextmanager
def opened(path: Path, *, limit: int) -> Iterator[BufferedReader]:
    """Given a file and a limit in bytes, give it open for reading. Raise what `read` raises."""
    if not hasattr(os, "O_NOFOLLOW") and path.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    descriptor = os.open(path, _FLAGS)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "It is no ordinary file", str(path))
        if found.st_size > limit:
            raise _too_large(path)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            yield file
    finally:
        os.close(descriptor)


def _too_large(path: Path) -> TooLarge:
    return TooLarge(errno.EOVERFLOW, "It is too large to be read", str(path))
