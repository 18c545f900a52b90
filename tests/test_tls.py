"""The certificate that the browser received: against a server with a certificate chain of the test's own."""

import functools
import hashlib
import http.server
import re
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Playwright, sync_playwright

from optout.browser import find, process
from optout.browser.tls import Certificates
from optout.browser.window import Window
from optout.errors import SignInStopped
from optout.linkedin.load import load

CONFIG = """
[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[leaf]
subjectAltName = DNS:localhost, IP:127.0.0.1
"""
EC = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


@dataclass(frozen=True)
class Site:
    """A site over TLS: its origin, the chain it sends, leaf first, and the pin of its leaf's key."""

    origin: str
    chain: str
    pin: str


def _openssl(folder: Path, *words: str, given: bytes | None = None) -> bytes:
    ended = subprocess.run(["openssl", *words], check=True, cwd=folder, input=given, capture_output=True)
    return ended.stdout


def _certificates(folder: Path) -> str:
    """A root, an intermediate and a leaf, made by openssl; return the chain that a server sends."""
    (folder / "conf").write_text(CONFIG)
    for name, above, kind in (("root", "", "ca"), ("middle", "root", "ca"), ("leaf", "middle", "leaf")):
        request = ("req", "-config", "conf", *EC, "-keyout", f"{name}.key", "-subj", f"/CN=Practice {name}")
        if not above:
            _openssl(folder, *request, "-x509", "-days", "30", "-extensions", kind, "-out", f"{name}.pem")
            continue
        _openssl(folder, *request, "-out", f"{name}.csr")
        signed = ("-CA", f"{above}.pem", "-CAkey", f"{above}.key", "-CAcreateserial", "-days", "30")
        extensions = ("-extfile", "conf", "-extensions", kind, "-out", f"{name}.pem")
        _openssl(folder, "x509", "-req", "-in", f"{name}.csr", *signed, *extensions)
    chain = "".join((folder / f"{name}.pem").read_text() for name in ("leaf", "middle"))
    (folder / "chain.pem").write_text(chain)
    return chain


class Silent(http.server.SimpleHTTPRequestHandler):
    """Lists a folder and says nothing of it."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def _serving(folder: Path) -> Iterator[Site]:
    """A server on loopback that speaks TLS, with a root, an intermediate and a leaf of its own."""
    chain = _certificates(folder)
    public = _openssl(folder, "pkey", "-in", "leaf.key", "-pubout", "-outform", "DER")
    pin = _openssl(folder, "base64", "-A", given=hashlib.sha256(public).digest()).decode()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "chain.pem", folder / "leaf.key")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Silent, directory=folder))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Site(f"https://localhost:{server.server_address[1]}", chain, pin)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site whose key the browser was told to trust."""
    with _serving(tmp_path_factory.mktemp("tls")) as serving:
        yield serving


def _trusting(playwright: Playwright, pin: str) -> Browser:
    """The first browser that starts, as the program looks for one, which trusts one key more."""
    for candidate in find.candidates(None, headed=False):
        with suppress(Error):
            return playwright.chromium.launch(
                args=[f"--ignore-certificate-errors-spki-list={pin}"],
                chromium_sandbox=find.may_sandbox(),
                **candidate.words,
            )
    raise AssertionError("no browser starts")


@pytest.fixture(scope="module")
def window(site: Site) -> Iterator[Window]:
    """The program's own window, in a browser that was told to trust one key more: the test site's."""
    with sync_playwright() as playwright:
        driven = process.drive(_trusting(playwright, site.pin), "chromium")
        opened = Window(
            start=lambda _: driven,
            headless=True,
            timeout=5,
            certificates=Certificates(origin=site.origin, proxied=False),
        )
        try:
            opened.open([])
            yield opened
        finally:
            driven.close()


def test_the_chain_is_the_one_that_the_server_sent(site: Site, window: Window, tmp_path: Path) -> None:
    """Leaf first, as openssl reads it; with protocol, server and the number of its transparency stamps."""
    load(window.page, f"{site.origin}/", timeout=5)
    received = window.certificates.received()
    assert received is not None
    (tmp_path / "tls.pem").write_bytes(received.pem)
    assert received.pem.decode().split() == site.chain.split()
    told = _openssl(tmp_path, "x509", "-in", "tls.pem", "-noout", "-fingerprint", "-sha256").decode()
    fingerprint = told.partition("=")[2].strip().replace(":", "").lower()
    chain = received.record["chain_sha256"]
    assert isinstance(chain, list)
    assert (chain[0], len(chain)) == (fingerprint, 2)
    assert {name: received.record[name] for name in ("origin", "protocol", "scts")} == {
        "origin": site.origin,
        "protocol": "TLS 1.3",
        "scts": 0,
    }
    port = site.origin.rpartition(":")[2]
    assert re.fullmatch(rf"(127\.0\.0\.1|\[::1\]):{port}", str(received.record["server"]))


def test_it_is_there_whichever_page_came_last(site: Site, window: Window) -> None:
    """A page that has loaded nothing yet, or a new context: what an earlier page received counts."""
    load(window.page, f"{site.origin}/", timeout=5)
    first = window.certificates.received()
    window.beside()
    assert window.certificates.received() == first is not None
    window.afresh([])
    load(window.page, f"{site.origin}/", timeout=5)
    assert window.certificates.received() == first


def test_another_site_and_other_things_than_documents_do_not_count(site: Site) -> None:
    """Only a document of the site itself says what the site sent."""
    told = {"url": f"{site.origin}/x", "securityDetails": {"protocol": "TLS 1.2"}}
    heard = Certificates(origin=site.origin, proxied=False)
    heard.heard({"type": "Script", "response": told})
    heard.heard({"type": "Document", "response": told | {"url": f"{site.origin}.example.org/"}})
    heard.heard({"type": "Document", "response": {"url": f"{site.origin}/x"}})
    assert heard.answer is None
    assert heard.received() is None
    heard.heard({"type": "Document", "response": told})
    assert heard.answer == told


def test_the_stamps_are_counted_and_a_proxy_is_not_named(site: Site, window: Window) -> None:
    """Two stamps are two; what a browser speaks to behind a proxy is the proxy, or may be."""
    load(window.page, f"{site.origin}/", timeout=5)
    told = dict(window.certificates.answer or {})
    told["securityDetails"] = {**told["securityDetails"], "signedCertificateTimestampList": [{}, {}]}
    for proxied in (True, None):
        behind = Certificates(
            origin=site.origin, proxied=proxied, sessions=window.certificates.sessions, answer=told
        )
        received = behind.received()
        assert received is not None
        assert (received.record["server"], received.record["scts"]) == (None, 2)


def test_a_certificate_that_nobody_vouches_for_is_refused(window: Window, tmp_path: Path) -> None:
    """Twin: a site with a key that the browser was not told of is not loaded, and has no chain to show."""
    with _serving(tmp_path) as strange:
        with pytest.raises(SignInStopped, match="untrusted"):
            load(window.beside(), f"{strange.origin}/", timeout=5)
        heard = Certificates(origin=strange.origin, proxied=False, sessions=window.certificates.sessions)
        assert heard.received() is None
