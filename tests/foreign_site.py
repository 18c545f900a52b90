"""A second stand-in site, of the same facts as the practice site but by other means, with other moods.

Its pages are drawn in the browser from JSON (`foreign_scripts`). It keeps what a member stored and counts
what was done to it, above all where the password arrived. Loopback only.
"""

import contextlib
import json
import secrets
import threading
from collections import Counter
from collections.abc import Mapping
from http.cookies import SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, quote, unquote, unquote_plus, urlsplit

import foreign_pages as pages
import foreign_scripts as scripts
from foreign_pages import ADS, AI, KEYS, ROWS, SETTINGS, Shape

DOORS = {
    "login": "/login?session_redirect=",
    "uas": "/uas/login?session_redirect=",
    "wall": "/authwall?sessionRedirect=",
}


class ForeignSite:
    """The site, as a context manager; then read `origin`, `stored`, `saved`, `pressed` and `passwords`."""

    def __init__(self, account: str, password: str, shape: Shape, **stored: bool) -> None:
        self.account, self.password, self.shape = account, password, shape
        self.member = "foreign-person"
        self.stored = {AI: True, ADS: True} | dict.fromkeys(shape.neighbours, False) | stored
        self.saved: list[tuple[str, bool]] = []
        self.pressed: Counter[str] = Counter()
        self.passwords: list[str] = []
        self.sessions: set[str] = set()
        self.states_read = 0
        self.just_saved: Counter[str] = Counter()
        site = self

        class Bound(_Answers):
            here = site

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Bound)
        self.server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.shutdown()
        self.server.server_close()

    def cards(self, slug: str) -> list[dict[str, Any]]:
        """Given the last part of a setting's path, return its switches as the page is told them."""
        shape, key = self.shape, KEYS[slug]
        text = pages.TEXTS[shape.language]
        on = self.stored[key]
        if self.just_saved[key] > 0:
            self.just_saved[key] -= 1
            on = False
        ours = {"key": key, "ids": shape.ids.format(key).split(), "text": text["label"], "on": on}
        twin = [{**ours, "on": on is (shape.copy == "agrees")}] if shape.copy else []
        others = [
            {"key": name, "ids": [name], "text": text["other"], "on": self.stored[name]}
            for name in shape.neighbours
        ]
        return [*others[:1], ours, *twin, *others[1:]]

    def rows(self, category: str, portion: int) -> list[dict[str, Any]]:
        """Given a category and a portion (0 or 1), return its rows; addresses of three forms."""
        hidden = self.shape.unlisted | self.shape.absent
        answer = []
        for number, path in enumerate(ROWS.get(category, [])):
            slug = path.rpartition("/")[2]
            if slug in hidden or (slug in self.shape.rows_after) is not (portion == 1):
                continue
            href = [self.origin + path + "?lipi=urn%3Ali", path + "/", path][number % 3]
            answer.append({"href": href, "text": slug[::-1], "on": self.stored.get(KEYS.get(slug, ""), True)})
        return answer


class _Answers(BaseHTTPRequestHandler):
    here: ForeignSite
    protocol_version = "HTTP/1.1"
    body = b""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the library's
        """Say nothing."""

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError):  # the browser has left the page
            super().handle()

    def do_GET(self) -> None:
        self._watch()
        address = urlsplit(self.path)
        if address.path.startswith("/mypreferences/"):
            self._settings(address.path, parse_qs(address.query))
        elif address.path in {"/x/state", "/x/tracking/state"}:
            self._state(parse_qs(address.query)["slug"][0])
        elif address.path == "/x/rows":
            asked = parse_qs(address.query)
            portion = int(asked["part"][0])
            threading.Event().wait(self.here.shape.second_portion * portion)
            status = self.here.shape.rows_status if portion else 200
            self._tell(self.here.rows(asked["c"][0], portion) if status == 200 else {}, status)
        elif address.path == "/feed/" and self._signed_in():
            text = pages.TEXTS[self.here.shape.language]
            self._page(pages.words([text["feed"]] * 3), {}, pages.posts() + pages.bar(self.here.member))
        elif address.path in {"/login", "/uas/login", "/checkpoint/lg/login", "/flagship-web/login/"}:
            self._sign_in_page(parse_qs(address.query).get("session_redirect", ["/feed/"])[0])
        elif address.path == "/authwall":
            self._page(pages.words(["…"]), {}, '<a href="/login">→</a>')
        elif address.path == "/sw.js":
            self._send(200, scripts.WORKER.encode(), {"Content-Type": "text/javascript"})
        elif address.path in {"/", "/feed/"}:
            self._to("/feed/" if self._signed_in() else self._door("/feed/"))
        else:
            self._send(404, b"", {})

    def do_POST(self) -> None:
        self._watch()
        address = urlsplit(self.path)
        if address.path == "/x/pressed":
            self.here.pressed[address.query] += 1
            self._tell({})
        elif address.path.startswith("/mysettings-api/settingsApiSettings/"):
            self._save(address.path.rpartition("/")[2])
        elif address.path == "/checkpoint/lg/login-submit":
            sent = {name: values[0] for name, values in parse_qs(self.body.decode()).items()}
            if self._opens(sent.get("session_key", ""), sent.get("session_password", "")):
                self._to(sent["to"], self._session())
            else:
                self._sign_in_page(sent["to"], pages.TEXTS[self.here.shape.language]["bad"])
        elif address.path == "/flagship-web/x/enter":
            sent = json.loads(self.body)
            good = self._opens(sent["u"], sent["p"])
            self._tell({"to": sent["to"]}, 200 if good else 401, self._session() if good else [])
        else:
            self._send(404, b"", {})

    def do_PUT(self) -> None:
        self.do_POST()

    def _watch(self) -> None:
        """Read the body and note wherever the password arrives."""
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        raw = " ".join([self.path, self.body.decode("utf-8", "replace"), str(self.headers)])
        if any(self.here.password in text for text in (raw, unquote(raw), unquote_plus(raw))):
            self.here.passwords.append(f"{self.command} {urlsplit(self.path).path}")

    def _cookies(self) -> SimpleCookie:
        return SimpleCookie(self.headers.get("Cookie", ""))

    def _signed_in(self) -> bool:
        held = self._cookies()
        return "JSESSIONID" in held and "li_at" in held and held["li_at"].value in self.here.sessions

    def _opens(self, account: str, password: str) -> bool:
        return (account, password) == (self.here.account, self.here.password)

    def _session(self) -> list[str]:
        token = "AQED" + secrets.token_urlsafe(40)
        self.here.sessions.add(token)
        return [
            f"li_at={token}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax",
            f'JSESSIONID="ajax:{secrets.randbelow(10**19)}"; Path=/; SameSite=Lax',
            f"li_rm={secrets.token_urlsafe(30)}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Strict",
        ]

    def _door(self, wanted: str) -> str:
        return DOORS[self.here.shape.door] + quote(self.here.origin + wanted, safe="")

    def _sign_in_page(self, wanted: str, said: str = "") -> None:
        shape = self.here.shape
        to = urlsplit(wanted).path or "/feed/"
        bcookie = [f'bcookie="v=2&{secrets.token_hex(8)}"; Path=/; Max-Age=31536000; SameSite=Lax']
        if shape.signin == "plain":
            return self._page("", {}, pages.plain_form(shape.language, to, said), bcookie)
        told = {
            "late": shape.late * 1000,
            "enter": shape.enter,
            "to": to,
            "hide": pages.HIDDEN[shape.hidden_by],
        }
        return self._page(scripts.SIGN_IN, told, "", bcookie)

    def _settings(self, path: str, query: dict[str, list[str]]) -> None:
        shape, slug = self.here.shape, path.rpartition("/")[2]
        hop = int(query.get("hop", ["0"])[0])
        if path == "/mypreferences/page-not-found":
            self._page(pages.words([pages.TEXTS[shape.language]["lost"]]), {})
        elif not self._signed_in() and shape.page.get("route") != "login":
            self._to(self._door(path))
        elif path.startswith("/mypreferences/d/categories/"):
            parts = 2 if shape.rows_after else 1
            self._page(scripts.ROWS, {"category": slug, "parts": parts, **shape.page}, self._bar())
        elif path.startswith(SETTINGS) and slug in KEYS and slug not in shape.absent:
            if hop < shape.hops:
                return self._to(f"{path}?hop={hop + 1}")
            state = f"{shape.page.get('state', '/x/state')}?slug={slug}"
            told = {"url": state, "widget": shape.widget, "save": shape.save, **shape.page}
            if shape.page.get("skeleton"):
                told["skeleton"] = [{**card, "on": False} for card in self.here.cards(slug)]
            self._page(
                scripts.SETTING, told, (pages.banner(shape.language) if shape.banner else "") + self._bar()
            )
        elif path == "/mypreferences/d/":
            self._to("/mypreferences/d/categories/account")
        else:
            self._to("/mypreferences/page-not-found")
        return None

    def _bar(self) -> str:
        return pages.bar(self.here.member if self.here.shape.bar == "everywhere" else "") + pages.posts()

    def _state(self, slug: str) -> None:
        site = self.here
        site.states_read += 1
        if site.states_read == site.shape.ends_after + 1:
            site.sessions.clear()
        threading.Event().wait(site.shape.state_takes)
        if not self._signed_in():
            return self._tell({}, 401)
        kept = {"Cache-Control": "private, max-age=3600"} if site.shape.renewed else {}
        if site.shape.state_fails and (site.saved or not site.shape.fails_when_saved):
            return self._fail()
        body = json.dumps({"cards": site.cards(slug)}).encode()
        return self._send(200, body, {"Content-Type": "application/json"} | kept, pause=site.shape.body_takes)

    def _fail(self) -> None:
        """Answer the question for the state in the way in which it fails here."""
        shape = self.here.shape
        if shape.fail_status == 302:
            return self._to("/login")
        return self._send(shape.fail_status, shape.fail_body.encode(), {"Content-Type": "application/json"})

    def _save(self, key: str) -> None:
        site = self.here
        form = self.body.startswith(b"value=")
        value = self.body == b"value=true" if form else json.loads(self.body)["value"]
        site.saved.append((key, value))
        site.just_saved[key] = site.shape.renewed
        threading.Event().wait(site.shape.save_takes)
        if site.shape.keeps == "all":
            site.stored[key] = value
        if form:
            return self._to(self.headers.get("Referer", "/feed/"))
        return self._tell({}, 500 if site.shape.keeps == "refuses" else 200)

    def _page(
        self, script: str, told: dict[str, object], body: str = "", cookies: list[str] | None = None
    ) -> None:
        html, nonce = pages.page(self.here.shape.language, script, told, body)
        policy = (
            f"default-src 'self'; script-src 'nonce-{nonce}'; worker-src 'self'; style-src 'unsafe-inline'"
        )
        head = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy}
        self._send(200, html.encode(), head, cookies)

    def _tell(self, answer: object, status: int = 200, cookies: list[str] | None = None) -> None:
        self._send(status, json.dumps(answer).encode(), {"Content-Type": "application/json"}, cookies)

    def _to(self, where: str, cookies: list[str] | None = None) -> None:
        self._send(302, b"", {"Location": where}, cookies)

    def _send(
        self,
        status: int,
        body: bytes,
        head: Mapping[str, str],
        cookies: list[str] | None = None,
        pause: float = 0.0,
    ) -> None:
        self.send_response(status)
        for name, value in ({"Cache-Control": "no-store"} | dict(head)).items():
            self.send_header(name, value)
        for cookie in cookies or []:
            self.send_header("Set-Cookie", cookie)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        threading.Event().wait(pause)
        self.wfile.write(body)
