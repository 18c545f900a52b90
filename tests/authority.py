"""A time-stamp authority on loopback for tests: real `openssl ts` behind a server, with what may go wrong.

Certificates are made here with `cryptography`, as they are needed with any validity and size.
"""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from optout.evidence.authorities import Authority

DAY = timedelta(days=1)
CONFIGURATION = """\
[tsa]
default_tsa = t
[t]
serial = serial
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
"""


@dataclass(frozen=True, slots=True)
class Signed:
    """A certificate and the key that goes with it."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        """The certificate as PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)


@dataclass(slots=True)
class Office:
    """An authority without its server: a folder with what `openssl ts` needs; `root` is what to pin (PEM)."""

    folder: Path
    root: bytes
    asked: list[bytes] = field(default_factory=list)

    @classmethod
    def at(cls, folder: Path) -> "Office":
        """Given the folder of an authority, or of a copy of one, return it."""
        return cls(folder=folder, root=(folder / "root.pem").read_bytes())

    def reply(self, query: bytes) -> bytes:
        """Given a query (DER), return the reply (DER)."""
        (self.folder / "q.tsq").write_bytes(query)
        words = ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "q.tsq", "-out", "r.tsr"]
        subprocess.run(words, cwd=self.folder, check=True, capture_output=True)
        return (self.folder / "r.tsr").read_bytes()

    def stamp(self, content: bytes) -> bytes:
        """Given a content, return a stamp for it, without a nonce."""
        (self.folder / "content").write_bytes(content)
        words = ["openssl", "ts", "-query", "-data", "content", "-sha256", "-cert", "-no_nonce"]
        query = subprocess.run(words, cwd=self.folder, check=True, capture_output=True).stdout
        return self.reply(query)


def certificate(
    name: str,
    issuer: Signed | None = None,
    *,
    stamps: bool = False,
    until: datetime | None = None,
    since: datetime | None = None,
) -> Signed:
    """Given a name and who signs it, itself if nobody, return a certificate; `stamps` makes it a signer's."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since or now - DAY)
        .not_valid_after(until or now + 3650 * DAY)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if stamps:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True
        ).add_extension(_usage(signs_certificates=False), critical=True)
    else:
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        builder = builder.add_extension(_usage(signs_certificates=True), critical=True)
    return Signed(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


def office(
    folder: Path, *, root: str = "Test Root", middle: str | None = None, until: datetime | None = None
) -> Office:
    """Given a folder, make an authority there; `middle` names an intermediate, `until` ends its certificate.

    openssl writes the certificates of a stamp as they come: the signer's first, then the intermediate. A
    `root` with a long name makes the intermediate the longer of the two, which is the order of DER.
    """
    folder.mkdir(parents=True)
    top = certificate(root)
    between = certificate(middle, top) if middle else None
    signer = certificate("Test TSA", between or top, stamps=True, until=until)
    (folder / "serial").write_text("01\n")
    (folder / "tsa.pem").write_bytes(signer.pem)
    (folder / "tsa.key").write_bytes(
        signer.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    more = ""
    if between is not None:
        (folder / "middle.pem").write_bytes(between.pem)
        more = "certs = middle.pem\n"
    (folder / "tsa.cnf").write_text(CONFIGURATION + more)
    (folder / "root.pem").write_bytes(top.pem)
    return Office.at(folder)


@dataclass(slots=True)
class Serving:
    """An authority with its server; the path of an address is its mood, `ok` for none.

    `replies` are further moods that a test adds: their name and the bytes of the answer.
    """

    office: Office
    port: int
    hold: threading.Event
    replies: dict[str, bytes] = field(default_factory=dict)

    def authority(self, name: str = "tsa-a", mood: str = "ok", *, root: bytes | None = None) -> Authority:
        """Given a short name and a mood, return what is to be configured."""
        return Authority(name=name, url=f"http://127.0.0.1:{self.port}/{mood}", root=root or self.office.root)


@contextmanager
def serving(office: Office) -> Iterator[Serving]:
    """Given an authority, serve it on loopback until the end of the block.

    Moods: `500`, `html`, `empty`, `truncate`, `flip`, `other` (a stamp for something else), `huge`,
    `redirect`, `drop` (no answer), `slow` (no answer before the end).
    """
    hold = threading.Event()
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            mood = self.path.strip("/")
            office.asked.append(query)
            if mood == "drop":
                return
            if mood == "slow":
                hold.wait()
                return
            with lock:
                reply = running.replies.get(mood) or _in_mood(mood, office, query)
            self.send_response({"500": 500, "redirect": 302}.get(mood, 200))
            if mood == "redirect":
                self.send_header("Location", "/ok")
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's own name
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    running = Serving(office, server.server_address[1], hold)
    thread.start()
    try:
        yield running
    finally:
        hold.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _in_mood(mood: str, office: Office, query: bytes) -> bytes:
    match mood:
        case "500" | "html" | "redirect":
            return b"<html><body>Sorry</body></html>"
        case "empty":
            return b""
        case "huge":
            return b"\x30" * (1 << 17)
        case "other":
            return office.stamp(b"something else")
    reply = office.reply(query)
    match mood:
        case "truncate":
            return reply[:-40]
        case "flip":
            return reply[:-5] + bytes([reply[-5] ^ 1]) + reply[-4:]
    return reply


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
