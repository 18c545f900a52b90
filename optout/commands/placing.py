"""Where a file that the user asked for goes: checked before the work, written whole or not at all."""

import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from optout.errors import UsageProblem


def free(target: Path, *, replace: bool, not_in: Iterable[Path], another: str) -> Path:
    """Given where a file is to go, return that place, absolute.

    `replace` says that a file may be written over, `not_in` are folders of evidence, `another` is a sentence
    on how to name another place. Raise UsageProblem if the file cannot be made there.
    """
    place = target.absolute()
    if any(place.resolve().is_relative_to(folder.resolve()) for folder in not_in):
        raise UsageProblem(f"{place} lies in the evidence, which holds nothing but runs.", another)
    if place.is_dir():
        raise UsageProblem(f"{place} is a folder.", another)
    if os.path.lexists(place) and not place.is_file():
        raise UsageProblem(f"{place} is there already and no file.", another)
    if os.path.lexists(place) and not replace:
        raise UsageProblem(f"{place} is there already.", f"Add `--replace`, or: {another}")
    if not place.parent.is_dir() or not os.access(place.parent, os.W_OK | os.X_OK):
        raise UsageProblem(f"{place.parent} is no folder that you may write to.", another)
    return place


def write(target: Path, content: bytes, another: str) -> None:
    """Given where to and a content, write it there, whole or not at all, mode 0600.

    Raise UsageProblem, with the sentence on another place, if the place cannot be written to.
    """
    from optout.evidence import disk

    neighbour = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    trouble: OSError | None = None
    try:
        disk.write_new(neighbour, content)
        neighbour.replace(target)
        disk.flush_folder(target.parent)
    except OSError as error:
        trouble = error
    if trouble is not None:
        with suppress(OSError):
            neighbour.unlink()
        raise UsageProblem(f"{target} cannot be written: {os.strerror(trouble.errno or 0)}.", another)
