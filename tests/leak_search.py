"""Looks for a secret where it must not be: in exceptions with all that hangs on them, and in files."""

import base64
import json
import traceback
from collections.abc import Iterator
from html import escape
from pathlib import Path
from urllib.parse import quote, quote_plus


def spellings(secret: str) -> set[bytes]:
    """Given a secret, return the bytes that would give it away; base64 without its uncertain ends."""
    texts = {secret, repr(secret)[1:-1], ascii(secret)[1:-1], json.dumps(secret)[1:-1]}
    texts |= {quote(secret, safe=""), quote(secret), quote_plus(secret), escape(secret)}
    for lead in range(3):
        coded = base64.b64encode(b"\0" * lead + secret.encode()).rstrip(b"=").decode()
        texts |= {coded[4 if lead else 0 : -1], coded[4 if lead else 0 : -1].translate({43: "-", 47: "_"})}
    return {text.encode() for text in texts} | {secret.encode("utf-16-le")}


def holds(text: str | bytes, secret: str) -> bool:
    """Given a text, return whether the secret stands in it in any spelling."""
    raw = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return any(spelling in raw for spelling in spellings(secret))


def files_with(folder: Path, secret: str) -> list[Path]:
    """Given a folder, return the files below it that hold the secret."""
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and holds(path.read_bytes(), secret)]


def told_by(error: BaseException) -> str:
    """Given an exception, return all that can be read off it: texts, causes, contexts, local variables."""
    return "\n".join(_told(error, set()))


def _told(error: BaseException | None, seen: set[int]) -> Iterator[str]:
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    yield from (str(error), repr(error), repr(error.args), repr(vars(error)))
    yield from traceback.TracebackException.from_exception(error, capture_locals=True).format()
    yield from _told(error.__cause__, seen)
    yield from _told(error.__context__, seen)
