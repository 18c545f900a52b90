"""Which keys sign the runs of a store: named in `keys/` and `store.json`, and remembered outside of it."""

import base64
import binascii
import hashlib
import json
import re
from contextlib import suppress
from pathlib import Path

from optout.evidence import disk, ordinary_file, record, sshsig
from optout.evidence.chain import understood

ALLOWED = Path("keys") / "allowed_signers"
_FINGERPRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")


def file_for(memory: Path) -> Path:
    """Given the file that remembers a store's head, return the one beside it that remembers its keys."""
    return memory.with_name(f"{memory.name.removesuffix('.head.json')}.keys.json")


def recall(path: Path, store: str) -> tuple[str, ...]:
    """Given a memory of keys and a store's identifier, return their fingerprints, the first one first.

    None of a store with another identifier. Raise ValueError if the file cannot be read or understood.
    """
    try:
        content = json.loads(ordinary_file.read(path))
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, RecursionError):
        content = None
    match content:
        case {"store": str(of), "keys": list(keys)} if all(map(_is_fingerprint, keys)):
            return tuple(keys) if of == store else ()
    raise ValueError("the memory of the keys cannot be understood")


def announce(store: Path, memory: Path, public: bytes) -> None:
    """Given a store's folder, its memory of keys and a public key, name that key wherever keys are named.

    To be done before a run that it signs is moved into place: a key that signed nothing does no harm. Nothing
    of this is sealed; each run repeats which key signed it. Where nothing is remembered yet, what the store
    says of earlier keys is remembered too: there is nothing to compare it with.
    """
    fingerprint, line = sshsig.fingerprint(public), sshsig.allowed_signer(public)
    lines = _lines(store / ALLOWED)
    if line not in lines:
        with suppress(NotADirectoryError, IsADirectoryError):  # damage is not mended, and stops no visit
            disk.make_folder((store / ALLOWED).parent)
            disk.replace(store / ALLOWED, "".join(f"{each}\n" for each in [*lines, line]).encode())
    identifier = (understood(store / "store.json") or {}).get("store")
    if not isinstance(identifier, str):
        return
    try:
        known = recall(memory, identifier)
    except ValueError:
        return  # the audit says so; what was remembered there is not written over
    if fingerprint not in known:
        earlier = known or tuple(filter(None, map(_fingerprint_in, lines)))
        disk.make_folder(memory.parent)
        keys = tuple(dict.fromkeys((*earlier, fingerprint)))
        disk.replace(memory, record.to_json({"schema": "optout.keys/1", "store": identifier, "keys": keys}))


def describe(store: Path, key: str | None, stamps: tuple[str, ...]) -> None:
    """Given a store's folder, the key in use and the authorities asked, say so in `store.json`.

    Without a key the one named there stays. A `store.json` that cannot be understood is not mended.
    """
    content = understood(store / "store.json")
    if content is None or not isinstance(content.get("store"), str):
        return
    told = content | {"key": key or content.get("key"), "stamps": list(stamps)}
    if told != content:
        disk.replace(store / "store.json", record.to_json(told))


def _lines(path: Path) -> list[str]:
    try:
        return ordinary_file.read(path).decode("utf-8", "replace").splitlines()
    except OSError:
        return []


def _fingerprint_in(line: str) -> str | None:
    try:
        blob = base64.b64decode(line.rsplit(maxsplit=1)[-1], validate=True)
    except (IndexError, binascii.Error):
        return None
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode("ascii").rstrip("=")


def _is_fingerprint(value: object) -> bool:
    return isinstance(value, str) and _FINGERPRINT.fullmatch(value) is not None
