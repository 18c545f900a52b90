"""Read a signature file (SSHSIG) anew, without what wrote it; standard library only, nothing is verified."""

import base64
import binascii
import hashlib
import struct
from dataclasses import dataclass

NAMESPACE = b"optout-evidence"
_FIRST, _LAST = b"-----BEGIN SSH SIGNATURE-----", b"-----END SSH SIGNATURE-----"
_KIND = b"ssh-ed25519"
_PUBLIC, _SIGNATURE = 32, 64  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What a signature file holds: public key (32 bytes) and signature (64 bytes), both unchecked."""

    public: bytes
    signature: bytes

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the key, as `ssh-keygen -l` prints it."""
        digest = hashlib.sha256(_string(_KIND) + _string(self.public)).digest()
        return "SHA256:" + base64.b64encode(digest).decode("ascii").rstrip("=")


def parse(armoured: bytes) -> Signature:
    """Given the bytes of a signature file, return what it holds.

    Raise ValueError unless it is one SSHSIG of version 1 for the evidence, by an Ed25519 key.
    """
    lines = armoured.split(b"\n")
    if lines[0] != _FIRST or lines[-2:] != [_LAST, b""]:
        raise ValueError("it has no armour lines")
    try:
        text = b"".join(lines[1:-2])
        content = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("it is not base64") from error
    if base64.b64encode(content) != text:
        raise ValueError("it is not base64 as it is written")  # bits that say nothing could be altered
    if content[:10] != b"SSHSIG" + struct.pack(">I", 1):
        raise ValueError("it is no SSHSIG of version 1")
    key, namespace, reserved, hash_name, signed = _strings(content[10:], 5)
    if (namespace, reserved, hash_name) != (NAMESPACE, b"", b"sha512"):
        raise ValueError("it was made for something else")
    kind, public = _strings(key, 2)
    signed_kind, signature = _strings(signed, 2)
    if (kind, signed_kind, len(public), len(signature)) != (_KIND, _KIND, _PUBLIC, _SIGNATURE):
        raise ValueError("it is not by an Ed25519 key")
    return Signature(public=public, signature=signature)


def covered(content: bytes) -> bytes:
    """Given a content, return the bytes that a signature for it is over."""
    fields = (NAMESPACE, b"", b"sha512", hashlib.sha512(content).digest())
    return b"SSHSIG" + b"".join(map(_string, fields))


def _strings(content: bytes, count: int) -> list[bytes]:
    found = []
    for _ in range(count):
        if len(content) < 4:
            raise ValueError("it is cut short")
        end = 4 + struct.unpack(">I", content[:4])[0]
        if len(content) < end:
            raise ValueError("it is cut short")
        found.append(content[4:end])
        content = content[end:]
    if content:
        raise ValueError("it is longer than what it says")
    return found


def _string(content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + content
