"""What a secret is inside this program: shown as dots, neither copied nor pickled, kept out of the log."""

import base64
import hmac
from typing import NoReturn, SupportsIndex

from optout import log

DOTS = "••••••"


class Secret:
    """A text that is shown as dots and kept out of every text that passes `log.redact`."""

    __slots__ = ("__value",)
    __hash__ = None  # type: ignore[assignment]  # a secret in a set or as a key outlives its use

    def __init__(self, value: str) -> None:
        log.protect(value)
        self.__value = value

    def reveal(self) -> str:
        """Return the text itself. To be called where it is used, and nowhere sooner."""
        return self.__value

    def __repr__(self) -> str:
        return DOTS

    def __format__(self, spec: str) -> str:
        return DOTS

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(_bytes(self.__value), _bytes(other.__value))

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError("a secret is neither copied nor pickled")


class SigningKey:
    """An Ed25519 key that signs and is not shown; `public` is its public half, 32 bytes."""

    __slots__ = ("__private", "public")

    def __init__(self, seed: Secret) -> None:
        """Given 32 bytes in URL-safe base64, make the key of them."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        self.__private = Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(seed.reveal()))
        self.public = self.__private.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Given a message, return its signature, 64 bytes."""
        return self.__private.sign(message)

    def __repr__(self) -> str:
        return DOTS

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError("a signing key is neither copied nor pickled")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
