"""A network with no way out: a namespace of its own, in which the site's name leads to a server of this file.

Run by `unshare --net --mount` as root: a JSON object on standard input says what there is, then the command
runs, then a JSON object says how it ended and what the servers heard. Whatever a test gets wrong, no packet
can leave, as the namespace has no wire to the outside.
"""

import base64
import fcntl
import json
import os
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

HOST = "www.linkedin.com"
PROXY_NAME, PROXY_PASSWORD = "porter", "Ein@langes/Losungswort"
SECONDS = 90.0
SIOCSIFADDR, SIOCSIFNETMASK, SIOCSIFFLAGS, TUNSETIFF = 0x8916, 0x891C, 0x8914, 0x400454CA
UP_AND_RUNNING, TUN_WITHOUT_HEADER = 0x41, 0x1001

heard: list[str] = []
Talk = Callable[[socket.socket], None]


def main() -> None:
    """Build the place, run the command in it, tell."""
    wanted = json.load(sys.stdin)
    folder = Path(tempfile.mkdtemp(prefix="oo-wall-"))
    _switch_on("lo")
    held = _a_way_to_nowhere() if wanted["way"] else None
    _instead_of("/etc/resolv.conf", folder / "resolv.conf", "nameserver 127.0.0.1\n")
    environment = wanted["env"]
    if wanted["site"]:
        _instead_of("/etc/hosts", folder / "hosts", f"127.0.0.1 localhost {HOST}\n")
        _listen(443, _site(wanted, folder))
    if wanted["proxy"]:
        port = _listen(0, PROXIES[wanted["proxy"]]) if wanted["proxy"] != "refused" else _dead_port()
        environment["HTTPS_PROXY"] = f"http://{wanted['as']}127.0.0.1:{port}"
    ended = subprocess.run(
        wanted["words"],
        check=False,
        cwd=wanted["folder"],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=SECONDS,
    )
    told = {"code": ended.returncode, "stdout": ended.stdout, "stderr": ended.stderr, "heard": heard}
    sys.stdout.write(json.dumps(told))
    sys.stdout.flush()
    del held
    os._exit(0)  # the servers' threads wait for ever


def _switch_on(name: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sH14x", name.encode(), UP_AND_RUNNING))


def _a_way_to_nowhere() -> int:
    """An interface with an address whose other end is this process, which never reads: "online", no more."""
    tun = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", b"way0", TUN_WITHOUT_HEADER))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        for request, address in ((SIOCSIFADDR, "192.0.2.2"), (SIOCSIFNETMASK, "255.255.255.0")):
            wish = struct.pack("16sH2s4s8x", b"way0", socket.AF_INET, b"", socket.inet_aton(address))
            fcntl.ioctl(any_socket, request, wish)
    _switch_on("way0")
    return tun


def _instead_of(place: str, file: Path, text: str) -> None:
    file.write_text(text)
    file.chmod(0o644)
    subprocess.run(["mount", "--bind", str(file), place], check=True)


def _dead_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _listen(port: int, talk: Talk) -> int:
    listener = socket.create_server(("127.0.0.1", port))

    def each(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            talk(connection)

    def serve() -> None:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=each, args=(connection,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    taken: int = listener.getsockname()[1]
    return taken


def _site(wanted: dict[str, str], folder: Path) -> Talk:
    """Return how the site's own port answers."""
    kind = wanted["site"]
    if " /" in kind:
        return _turning(kind, wanted["password"], folder)
    if kind == "plain":
        return lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    if kind == "silent":
        return _say_nothing
    if kind == "reset":
        return _reset
    return _with_certificate(kind, folder)


def _say_nothing(connection: socket.socket) -> None:
    threading.Event().wait()


def _reset(connection: socket.socket) -> None:
    connection.recv(1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _with_certificate(kind: str, folder: Path) -> Talk:
    """Return a talk by TLS that tells every byte it hears behind the handshake."""
    context = _context(kind, _root(folder) if kind in {"wrong-host", "expired"} else None, folder)

    def talk(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as inside:
            while said := inside.recv(4096):
                heard.append(f"inside: {len(said)} bytes")

    return talk


def _turning(mark: str, password: str, folder: Path) -> Talk:
    """Return a talk of the practice site by TLS, one request at a time, until one begins with the mark.

    That one is answered; from then on the site shows another host's certificate.
    """
    from optout.practice.site import serve

    site = serve(password)
    port = urlsplit(site.origin).port
    root = _root(folder)
    contexts = [_context(kind, root, folder) for kind in ("trusted", "wrong-host")]
    turned = threading.Event()

    def talk(connection: socket.socket) -> None:
        with contexts[turned.is_set()].wrap_socket(connection, server_side=True) as inside:
            asked = _request(inside)
            with socket.create_connection(("127.0.0.1", port)) as behind:
                behind.sendall(asked)
                answer = b"".join(iter(lambda: behind.recv(65536), b""))
            if asked.startswith(mark.encode()):
                turned.set()
            if turned.is_set():
                heard.append("turned")
            inside.sendall(answer)

    return talk


def _request(inside: ssl.SSLSocket) -> bytes:
    """Return one request, changed so that its answer ends the connection."""
    lines = inside.makefile("rb")
    head = list(iter(lambda: lines.readline().strip(), b""))
    length = next((int(line.split()[1]) for line in head if line.lower().startswith(b"content-length")), 0)
    kept = [line for line in head if not line.lower().startswith(b"connection")]
    return b"\r\n".join([*kept, b"Connection: close", b"", lines.read(length)])


Root = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]


def _root(folder: Path) -> Root:
    """Return a root that Debian's Chromium trusts, by a policy that only this namespace sees."""
    key = ec.generate_private_key(ec.SECP256R1())
    root = _certificate("Test Root", "Test Root", key, key, datetime.now(UTC) + timedelta(days=9))
    _trust(root, folder)
    return root, key


def _context(kind: str, root: Root | None, folder: Path) -> ssl.SSLContext:
    """Return what shows a certificate of a kind, issued by the root, or by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = "www.example.org" if kind == "wrong-host" else HOST
    end = datetime.now(UTC) + timedelta(days=-1 if kind == "expired" else 9)
    own = _certificate(name, "Test Root" if root else name, key, root[1] if root else key, end)
    pem = folder / f"{kind}.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pem.write_bytes(secret + own.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def _trust(root: x509.Certificate, folder: Path) -> None:
    policies = folder / "chromium" / "policies" / "managed"
    policies.mkdir(parents=True)
    told = base64.b64encode(root.public_bytes(serialization.Encoding.DER)).decode()
    (policies / "root.json").write_text(json.dumps({"CACertificates": [told]}))
    subprocess.run(["mount", "--bind", str(folder / "chromium"), "/etc/chromium"], check=True)


def _certificate(
    name: str,
    issuer: str,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    end: datetime,
) -> x509.Certificate:
    def named(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    return (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=30))
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca="." not in name, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name.replace(" ", "-"))]), critical=False)
        .sign(signer, hashes.SHA256())
    )


def _asked(connection: socket.socket) -> Iterator[tuple[str, str]]:
    """Yield the first line of each request for a tunnel, and who it says asks."""
    lines = connection.makefile("rb")
    while first := lines.readline().strip().decode():
        who = ""
        while header := lines.readline().strip().decode():
            if header.lower().startswith("proxy-authorization: basic "):
                who = base64.b64decode(header.split()[-1]).decode()
        heard.append(f"{first.split()[0]} as {who or 'nobody'}")
        yield first, who


def _bad_gateway(connection: socket.socket) -> None:
    for _ in _asked(connection):
        connection.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")


def _with_porter(connection: socket.socket) -> None:
    """Let those through to the site who give the right name and password, and ask all others for them."""
    for _, who in _asked(connection):
        if who == f"{PROXY_NAME}:{PROXY_PASSWORD}":
            connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            _join(connection, socket.create_connection(("127.0.0.1", 443)))
            return
        connection.sendall(
            b"HTTP/1.1 407 Who?\r\nProxy-Authenticate: Basic realm=door\r\nContent-Length: 0\r\n\r\n"
        )


def _rude(connection: socket.socket) -> None:
    """Ask for a name and close the door."""
    next(_asked(connection))
    connection.sendall(
        b"HTTP/1.1 407 Who?\r\nProxy-Authenticate: Basic realm=door\r\nContent-Length: 0\r\n"
        b"Connection: close\r\n\r\n"
    )


def _join(one: socket.socket, other: socket.socket) -> None:
    def carry(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while said := source.recv(65536):
                target.sendall(said)
            target.shutdown(socket.SHUT_WR)

    back = threading.Thread(target=carry, args=(other, one), daemon=True)
    back.start()
    carry(one, other)
    back.join()


PROXIES: dict[str, Talk] = {"502": _bad_gateway, "porter": _with_porter, "rude": _rude}

if __name__ == "__main__":
    main()
