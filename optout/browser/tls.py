"""The certificate that this browser received from the site, and how it came: an outsider can look it up."""

import base64
import binascii
import hashlib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A chain of certificates as DER, the leaf first, and the block of `run.json` that goes with it."""

    chain: tuple[bytes, ...]
    record: Mapping[str, object]

    @property
    def pem(self) -> bytes:
        """The chain as text, as openssl reads it."""
        return "".join(map(ssl.DER_cert_to_PEM_cert, self.chain)).encode()


@dataclass(kw_only=True)
class Certificates:
    """Listens to every page of a visit from before its first load.

    `proxied`: what the browser speaks to is a proxy, whose address is nobody's business.
    """

    origin: str
    proxied: bool | None
    sessions: "list[CDPSession]" = field(default_factory=list)
    answer: Mapping[str, Any] | None = None

    def listen(self, session: "CDPSession") -> None:
        """Given the session of a page that has loaded nothing yet, listen to it."""
        self.sessions.append(session)
        session.on("Network.responseReceived", self.heard)

    def heard(self, event: Mapping[str, Any]) -> None:
        """Given the browser's word for an answer, remember it if it is a document of the site's over TLS."""
        answer = event.get("response", {})
        if event.get("type") == "Document" and answer.get("url", "").startswith(f"{self.origin}/"):
            self.answer = answer if answer.get("securityDetails") else self.answer

    def received(self) -> Received | None:
        """Return what the site's last document came with; None if none did, or the browser is gone."""
        if self.answer is None:
            return None
        chain = next(filter(None, map(self._chain, reversed(self.sessions))), ())
        if not chain:
            return None
        told = self.answer["securityDetails"]
        address, port = self.answer.get("remoteIPAddress"), self.answer.get("remotePort")
        known = address and port and self.proxied is False
        record = {
            "origin": self.origin,
            "server": f"{address}:{port}" if known else None,
            "protocol": told.get("protocol"),
            "chain_sha256": [hashlib.sha256(each).hexdigest() for each in chain],
            "scts": len(told.get("signedCertificateTimestampList", ())),
        }
        return Received(chain=chain, record=record)

    def _chain(self, session: "CDPSession") -> tuple[bytes, ...]:
        """Return the chain that a page has received; none if it is closed or has loaded nothing."""
        from playwright.sync_api import Error

        try:
            told = session.send("Network.getCertificate", {"origin": self.origin})
            return tuple(base64.b64decode(each) for each in told.get("tableNames", ()))
        except (Error, binascii.Error):
            return ()
