"""Write so that a crash leaves the old or the new, never half: private modes, files and folders flushed."""

import errno
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedWriter
from pathlib import Path

from optout.errors import OptoutError

# Windows cannot open a folder to flush it; its file system orders the entries by itself.
_FOLDERS_CAN_BE_FLUSHED = os.name == "posix"
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


def make_folder(path: Path) -> None:
    """Given a path, make the folder and its missing parents, each 0700 from the start, flushed."""
    if path.is_dir():
        return
    if path.parent != path:
        make_folder(path.parent)
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
    if not path.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))
    flush_folder(path.parent)


def write_new(path: Path, content: bytes) -> None:
    """Given the path of a file that does not exist yet, write it, 0600 from the start, and flush it to disk.

    Raise FileExistsError if it exists.
    """
    descriptor = os.open(path, _NEW_FILE, 0o600)
    try:
        _write_all(descriptor, content)
    finally:
        os.close(descriptor)


@contextmanager
def new_file(path: Path) -> Iterator[BufferedWriter]:
    """Given the path of a file that does not exist yet, give it open for writing, 0600, flushed at the end.

    Raise FileExistsError if it exists.
    """
    with os.fdopen(os.open(path, _NEW_FILE, 0o600), "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def replace(path: Path, content: bytes) -> None:
    """Given a path, put `content` there in one move; whoever dies in between leaves the old content."""
    neighbour = path.with_name(path.name + ".new")
    neighbour.unlink(missing_ok=True)
    write_new(neighbour, content)
    neighbour.replace(path)
    flush_folder(path.parent)


def flush_folder(path: Path) -> None:
    """Given a folder, flush its list of names to disk."""
    if not _FOLDERS_CAN_BE_FLUSHED:
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def destroy(path: Path) -> None:
    """Given a file that must not stay, overwrite it, flush, and remove it."""
    descriptor = os.open(path, os.O_WRONLY | getattr(os, "O_BINARY", 0))
    try:
        _write_all(descriptor, bytes(path.stat().st_size))
    finally:
        os.close(descriptor)
    path.unlink()


def empty_folder(path: Path, *, keep: str | None = None) -> None:
    """Given a folder, remove all that is in it and keep the folder; symbolic links are not followed.

    Ordinary files called `keep` that lie in the folders right below it stay where they are.
    """
    with os.scandir(path) as entries:
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                Path(entry.path).unlink()
            elif keep is None or not _has_file(Path(entry.path), keep):
                shutil.rmtree(entry.path)
            else:
                _empty_but(Path(entry.path), keep)


def _has_file(folder: Path, name: str) -> bool:
    return stat.S_ISREG((folder / name).lstat().st_mode) if os.path.lexists(folder / name) else False


def _empty_but(folder: Path, kept: str) -> None:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                shutil.rmtree(entry.path)
            elif entry.name != kept:
                Path(entry.path).unlink()


@contextmanager
def one_sentence(failing: str) -> Iterator[None]:
    """Given what fails if this fails ("The visit could not be recorded"), turn OSError into OptoutError."""
    problem: OSError | None = None
    try:
        yield
    except OSError as caught:
        problem = caught
    if problem is not None:
        where = f" ({problem.filename})" if problem.filename else ""
        reason, hint = _reason(problem)
        raise OptoutError(f"{failing}: {reason}{where}.", f"{hint} Earlier runs are untouched.")


def _reason(problem: OSError) -> tuple[str, str]:
    match problem.errno:
        case errno.ENOSPC | errno.EDQUOT | errno.EFBIG:
            return "the disk is full", "Make room, then run the command again."
        case errno.EACCES | errno.EPERM | errno.EROFS:
            return "this user may not write there", "Give this user the folder, then run the command again."
        case errno.ENOENT | errno.ENOTDIR:
            return "the folder is gone or is no folder", "Put it back, then run the command again."
    return (problem.strerror or type(problem).__name__).lower(), "Mend that, then run the command again."


def _write_all(descriptor: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
    os.fsync(descriptor)
