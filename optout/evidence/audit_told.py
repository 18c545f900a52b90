"""What a person was told by another way than with the evidence: keys, and roots. Standard library only."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from optout.evidence import ordinary_file

_KEY = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was told, or remembered: with the evidence it would prove nothing.

    `keys` are fingerprints, `roots` certificates (PEM) of authorities. `expects_stamps` says that a store
    without any time stamp is not what was told.
    """

    keys: tuple[str, ...] = ()
    roots: bytes | None = None
    expects_stamps: bool = False


def told(keys: Iterable[str], roots: Iterable[str]) -> Told:
    """Given fingerprints and names of files with roots, return them as the audit takes them.

    Raise ValueError, with a sentence, if one is none.
    """
    joined = b"\n".join(map(root, roots))
    return Told(keys=tuple(map(key, keys)), roots=joined or None, expects_stamps=bool(joined))


def key(text: str) -> str:
    """Given a fingerprint, return it. Raise ValueError, with a sentence, if it is none."""
    if not _KEY.fullmatch(text):
        raise ValueError("A fingerprint is SHA256: and 43 signs, as `ssh-keygen -l` prints it.")
    return text


def root(name: str) -> bytes:
    """Given the name of a file, return its content. Raise ValueError, with a sentence, if that is no root."""
    try:
        content = ordinary_file.read(Path(name))
    except OSError as problem:
        raise ValueError(f"{name} cannot be read: {problem.strerror}.") from problem
    if b"-----BEGIN CERTIFICATE-----" not in content:
        raise ValueError(f"{name} holds no certificate (PEM).")
    return content
