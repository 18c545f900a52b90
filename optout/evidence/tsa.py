"""Ask an authority for a time stamp (RFC 3161) and take no reply that does not fit what was asked.

What leaves this machine is the SHA-256 of a run's `SHA256SUMS`, a random number, and with the request the
address of this machine. Most authorities speak plain HTTP: what protects is the pinned root alone.
"""

import http.client
import threading
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from optout.evidence import audit_tools
from optout.evidence.authorities import Authority

if TYPE_CHECKING:
    from rfc3161_client import TimeStampRequest

PATIENCE = 10.0  # seconds for one authority, from the look-up of its name to the last byte
LONGEST_REPLY = 1 << 16  # bytes
_NO_STAMP = "answered with something else than a stamp"
_NOT_FITTING = "answered with a stamp that does not fit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """The reply of an authority as it came; `checked` is False if nothing on this machine could check it."""

    authority: str
    reply: bytes
    checked: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What came of asking: the first stamp that fits, or None; and why those before it gave none."""

    stamp: Stamp | None
    refusals: tuple[str, ...]


def ask(authorities: Iterable[Authority], content: bytes, *, patience: float = PATIENCE) -> Asked:
    """Given authorities in the order to ask and a content, return the first stamp for it that fits.

    Each has `patience` seconds. Nothing that an authority does raises: the next one is asked.
    """
    refusals: list[str] = []
    for authority in authorities:
        request = _request(content)
        try:
            reply = _posted(authority.url, request.as_bytes(), patience)
            checked = _fits(request, reply, content, authority.root)
        except _Nothing as trouble:
            refusals.append(f"{authority.name} {trouble}")
            continue
        stamp = Stamp(authority=authority.name, reply=reply, checked=checked)
        return Asked(stamp=stamp, refusals=tuple(refusals))
    return Asked(stamp=None, refusals=tuple(refusals))


class _Nothing(Exception):
    """The authority gave no stamp; the words say what it did instead."""


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Where the request goes is what the user said, and nowhere else."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _request(content: bytes) -> "TimeStampRequest":
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder

    return TimestampRequestBuilder().data(content).hash_algorithm(HashAlgorithm.SHA256).build()


def _posted(url: str, query: bytes, patience: float) -> bytes:
    """Given an address, what to send and how long to wait in all, return what came back. Raise _Nothing.

    In a thread that holds no exit: neither the look-up of a name nor a reply in drops has a limit of its own.
    """
    replies: list[bytes] = []
    troubles: list[str] = []

    def post() -> None:
        headers = {"Content-Type": "application/timestamp-query"}
        send = urllib.request.build_opener(_NoRedirect).open
        request = urllib.request.Request(url, query, headers)  # noqa: S310 - http or https, see authorities
        try:
            with send(request, timeout=patience) as answer:
                replies.append(answer.read(LONGEST_REPLY + 1))
        except urllib.request.HTTPError as error:
            error.close()
            troubles.append(f"answered with HTTP {error.code}")
        except (OSError, http.client.HTTPException, ValueError):
            troubles.append("could not be reached")

    thread = threading.Thread(target=post, name="time stamp", daemon=True)
    thread.start()
    thread.join(patience)
    if replies and len(replies[0]) <= LONGEST_REPLY:
        return replies[0]
    if replies:
        raise _Nothing(_NO_STAMP)
    raise _Nothing(troubles[0] if troubles else f"did not answer within {patience:g} seconds")


def _fits(request: "TimeStampRequest", reply: bytes, content: bytes, root: bytes) -> bool:
    """Return True if the reply is a sound stamp for the request, False if nothing could tell. Raise _Nothing.

    The library refuses a set of certificates that is not sorted as DER wants it, which many authorities send:
    then openssl judges, and where there is none, what has the outer form of a reply is kept unchecked.
    """
    from cryptography import x509
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

    try:
        response = decode_timestamp_response(reply)
        builder = VerifierBuilder.from_request(request)
        for certificate in dict.fromkeys(x509.load_pem_x509_certificates(root)):
            builder = builder.add_root_certificate(certificate)
        builder.build().verify_message(response, content)
        return True
    except VerificationError as error:
        raise _Nothing(_NOT_FITTING) from error
    except ValueError:
        pass
    try:
        audit_tools.fits_query(request.as_bytes(), reply, root)
        return True
    except audit_tools.Refused as error:
        raise _Nothing(_NOT_FITTING if _is_whole(reply) else _NO_STAMP) from error
    except audit_tools.Unable as error:
        if _is_whole(reply):
            return False
        raise _Nothing(_NO_STAMP) from error


def _is_whole(reply: bytes) -> bool:
    """Return whether the bytes are one DER sequence, neither cut nor followed by anything."""
    if len(reply) < 2 or reply[0] != 0x30:
        return False
    if reply[1] < 0x80:
        return len(reply) == 2 + reply[1]
    size = reply[1] & 0x7F
    return len(reply) == 2 + size + int.from_bytes(reply[2 : 2 + size], "big")
