"""A request as the pages see it, the reply they give, and the thread that carries both over HTTP."""

import json
import select
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import BaseRequestHandler, TCPServer
from urllib.parse import parse_qsl, unquote, urlsplit

POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "frame-src 'self' http://127.0.0.1:* http://localhost:*; "
    "form-action 'self' http://127.0.0.1:* http://localhost:*"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a browser asked for. `wait` lingers for seconds and says whether the browser left meanwhile."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    cookies: tuple[tuple[str, str], ...]
    body: bytes
    target: str
    wait: Callable[[float], bool]

    def cookie(self, name: str) -> str:
        """Given a name, return the cookie's value, or nothing."""
        return next((value for key, value in self.cookies if key == name), "")

    def form(self) -> dict[str, str]:
        """Return the fields of a posted form."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def json(self) -> dict[str, object]:
        """Return the posted JSON object; an empty one if it is none."""
        try:
            value = json.loads(self.body)
        except ValueError:
            return {}
        return value if isinstance(value, dict) else {}


@dataclass(slots=True, kw_only=True)
class Reply:
    """An answer. `hang_up` closes the connection without one; `cookies` are whole Set-Cookie values.

    `cut_short` closes it in the middle of the body, `unmeasured` after a body whose length was not told.
    """

    status: int = 200
    body: str | bytes = ""
    kind: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    cookies: list[str] = field(default_factory=list)
    hang_up: bool = False
    cut_short: bool = False
    unmeasured: bool = False


def redirect(path: str, *, status: int = 302) -> Reply:
    """Given where to, return the reply that sends a browser there."""
    return Reply(status=status, headers={"Location": path})


def json_reply(value: object, *, status: int = 200) -> Reply:
    """Given a value, return it as a JSON reply."""
    return Reply(status=status, body=json.dumps(value), kind="application/json")


class Handler(BaseHTTPRequestHandler):
    """One connection: reads requests, lets the server's `answer` reply, writes the reply in one piece."""

    protocol_version = "HTTP/1.1"
    server_version = "practice-site"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = 1 << 16
    server: "Server"

    def setup(self) -> None:
        """Note the connection so that stopping the site can end it."""
        super().setup()
        self.server.live.add(self.connection)
        if self.server.stopping:
            _end(self.connection)

    def finish(self) -> None:
        """Forget the connection."""
        self.server.live.discard(self.connection)
        super().finish()

    def reply(self) -> None:
        """Answer one request."""
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        request = Request(
            method=self.command,
            path=unquote(parts.path),
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            cookies=_cookies(self.headers.get("Cookie", "")),
            body=self.rfile.read(length),
            target=self.path,
            wait=self._wait,
        )
        reply = self.server.answer(request)
        if reply.hang_up:
            self.close_connection = True
            return
        self._write(reply)

    do_GET = do_POST = do_PUT = do_HEAD = reply  # noqa: N815 - names that the standard server looks for

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard server's word
        """Write nothing: the site keeps its own list, without values."""

    def _write(self, reply: Reply) -> None:
        body = reply.body.encode() if isinstance(reply.body, str) else reply.body
        self.send_response(reply.status)
        headers = {
            "Content-Type": reply.kind,
            "Content-Length": str(len(body)),
            "Cache-Control": "no-store",
            "Content-Security-Policy": POLICY,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "same-origin",
        } | reply.headers
        if reply.cut_short:
            headers["Content-Length"] = str(2 * len(body))
        if reply.unmeasured:
            del headers["Content-Length"]
        self.close_connection |= reply.cut_short or reply.unmeasured
        for name, value in headers.items():
            self.send_header(name, value)
        for cookie in reply.cookies:
            self.send_header("Set-Cookie", cookie)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _wait(self, seconds: float) -> bool:
        readable, _, _ = select.select([self.connection], [], [], seconds)
        return bool(readable) and self.connection.recv(1, socket.MSG_PEEK) == b""


class Server(ThreadingHTTPServer):
    """A threaded server on 127.0.0.1 that hands every request to `answer` and every failure to `fault`."""

    daemon_threads = False
    request_queue_size = 64

    def __init__(
        self, port: int, answer: Callable[[Request], Reply], fault: Callable[[BaseException], None]
    ) -> None:
        self.live: set[socket.socket] = set()
        self.stopping = False
        self.answer = answer
        self._fault = fault
        handler: type[BaseRequestHandler] = Handler
        super().__init__(("127.0.0.1", port), handler)

    def server_bind(self) -> None:
        """Bind without the name look-up of the standard server, which can take seconds offline."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def handle_error(self, request: object, client_address: object) -> None:
        """Keep what went wrong, unless the browser merely left."""
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, ConnectionError):
            self._fault(error)

    def stop(self, *, answering: bool) -> None:
        """End every connection and wait for its thread; `answering` says that the server had begun to."""
        self.stopping = True
        if answering:
            self.shutdown()
        for connection in list(self.live):
            _end(connection)
        self.server_close()


def _end(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


def _cookies(header: str) -> tuple[tuple[str, str], ...]:
    pairs = (part.strip().partition("=") for part in header.split(";") if "=" in part)
    return tuple((name, value) for name, _, value in pairs)
