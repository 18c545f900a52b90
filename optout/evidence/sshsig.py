"""Write a signature that `ssh-keygen -Y verify` accepts: the format SSHSIG, with an Ed25519 key.

Source: OpenSSH, PROTOCOL.sshsig. Nothing here knows a private key: whoever has one hands in what signs.
"""

import base64
import hashlib
import struct
from collections.abc import Callable

NAMESPACE = "optout-evidence"
_MAGIC = b"SSHSIG"
_VERSION = struct.pack(">I", 1)
_HASH = b"sha512"
_KIND = b"ssh-ed25519"
_LINE = 70  # characters of base64 in a line, as ssh-keygen writes them


def signature(content: bytes, *, public: bytes, sign: Callable[[bytes], bytes]) -> bytes:
    """Given a content, a public key (32 bytes) and what signs with its private half, return its signature.

    The bytes of the signature file: ASCII, with two armour lines.
    """
    digest = hashlib.sha512(content).digest()
    covered = b"".join(map(_string, (NAMESPACE.encode(), b"", _HASH, digest)))
    signed = _string(_KIND) + _string(sign(_MAGIC + covered))
    fields = map(_string, (_blob(public), NAMESPACE.encode(), b"", _HASH, signed))
    text = base64.b64encode(_MAGIC + _VERSION + b"".join(fields)).decode("ascii")
    lines = [text[place : place + _LINE] for place in range(0, len(text), _LINE)]
    return "\n".join(["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""]).encode(
        "ascii"
    )


def fingerprint(public: bytes) -> str:
    """Given a public key (32 bytes), return its fingerprint as `ssh-keygen -l` prints it."""
    digest = hashlib.sha256(_blob(public)).digest()
    return "SHA256:" + base64.b64encode(digest).decode("ascii").rstrip("=")


def allowed_signer(public: bytes) -> str:
    """Given a public key (32 bytes), return its line of an `allowed_signers` file, without a line feed."""
    return (
        f'owner namespaces="{NAMESPACE}" {_KIND.decode()} {base64.b64encode(_blob(public)).decode("ascii")}'
    )


def _blob(public: bytes) -> bytes:
    return _string(_KIND) + _string(public)


def _string(content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + content
