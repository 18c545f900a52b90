"""Search what is about to be sealed for live secrets, in every form they are likely to take."""

import base64
import html
import json
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

# Shorter ones stand in any text by chance; no password or code of the site is that short.
SHORTEST = 4


def forms(secrets: Iterable[str]) -> tuple[bytes, ...]:
    """Given secrets, return every byte string that would give one of them away.

    Raw, URL-quoted, JSON- and HTML-escaped as UTF-8, raw as UTF-16 in both byte orders, and base64 at each of
    the three places a secret can have within a group of three bytes. Secrets under 4 characters are left out.
    """
    found: set[bytes] = set()
    for secret in secrets:
        if len(secret) >= SHORTEST:
            found.update(_forms_of(secret))
    return tuple(sorted(found, key=len))


def holds_one(content: bytes, patterns: Iterable[bytes]) -> bool:
    """Given bytes and what `forms` returned, say whether any of it stands in them."""
    return any(pattern in content for pattern in patterns)


def _forms_of(secret: str) -> Iterable[bytes]:
    raw = secret.encode("utf-8", "surrogatepass")
    yield raw
    for text in (quote(raw, safe=""), quote(raw), quote_plus(raw)):
        yield text.encode()
        yield _lower_escapes(text).encode()
    for ascii_only in (True, False):
        text = json.dumps(secret, ensure_ascii=ascii_only)[1:-1]
        yield text.encode("utf-8", "surrogatepass")
        yield text.replace("/", "\\/").encode("utf-8", "surrogatepass")
    yield html.escape(secret, quote=True).encode("utf-8", "surrogatepass")
    yield html.escape(secret, quote=False).encode("utf-8", "surrogatepass")
    yield secret.encode("utf-16-le", "surrogatepass")
    yield secret.encode("utf-16-be", "surrogatepass")
    for offset in range(3):
        yield from _base64_at(raw, offset)


def _lower_escapes(text: str) -> str:
    parts = text.split("%")
    return parts[0] + "".join("%" + part[:2].lower() + part[2:] for part in parts[1:])


def _base64_at(raw: bytes, offset: int) -> Iterable[bytes]:
    # Only the characters that the secret alone decides: its neighbours share the first and the last one.
    first = (offset * 8 + 5) // 6
    last = (offset + len(raw)) * 8 // 6
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(bytes(offset) + raw)[first:last]
