"""The practice site: a stateful server on loopback that behaves like the real one, or badly if asked to.

As in `with PracticeSite(password="...", moods={"modern", "put-500:ai-training"}) as site:`, after which
`site.origin` may be visited and `site.stored` and `site.counts` say what became of it.
"""

import threading
import traceback
from collections import Counter
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from optout.practice import banners, look_alikes, routes, sessions
from optout.practice.moods import MOODS, Moods
from optout.practice.state import Person, State
from optout.practice.wire import Reply, Request, Server

__all__ = ["MOODS", "PracticeSite", "serve"]


class PracticeSite:
    """A site of one account on 127.0.0.1. Moods may be added and discarded while it runs.

    `patience` scales every delay of the site: at 0.1 what lasts 5 s lasts 0.5 s. `code` is the right
    answer to every question for a code. Raise ValueError if a mood is unknown or the password is empty.
    """

    def __init__(  # noqa: PLR0913 - the door of the site: all by name, all but one with a default
        self,
        *,
        password: str,
        moods: Iterable[str] = (),
        account: str = "practice@example.org",
        member: str = "practice-person",
        port: int = 0,
        patience: float = 1.0,
        code: str = "246810",
    ) -> None:
        person = Person(account=account, password=password, member=member, code=code)
        self.state = State(person, moods=moods, patience=patience)
        self._server = Server(port, self._answer, self._fault)
        self._other: Server | None = None
        self._threads: list[threading.Thread] = []

    def __repr__(self) -> str:
        return f"PracticeSite({self.origin}, {self.moods!r})"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Begin to answer; the port is open since the site was made."""
        self._serve(self._server)

    def stop(self) -> None:
        """End every connection, close the port and wait for all threads."""
        for server in (self._server, self._other):
            if server is not None:
                server.stop(answering=bool(self._threads))
        for thread in self._threads:
            thread.join()

    @property
    def origin(self) -> str:
        """Scheme, host and port, without a slash at the end."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def other_origin(self) -> str:
        """The origin of the second server, which is not the site; it starts when first needed."""
        with self.state.lock:
            if self._other is None:
                self._other = Server(0, self._answer_elsewhere, self._fault)
                self._serve(self._other)
            return f"http://127.0.0.1:{self._other.server_port}"

    @property
    def account(self) -> str:
        """The only account that can sign in."""
        return self.state.account

    @property
    def code(self) -> str:
        """The right answer to every question for a code."""
        return self.state.code

    @property
    def patience(self) -> float:
        """What every delay of the site is multiplied by; may be changed while it runs."""
        return self.state.patience

    @patience.setter
    def patience(self, times: float) -> None:
        self.state.patience = times

    @property
    def moods(self) -> Moods:
        """The moods the site is in."""
        return self.state.moods

    @property
    def stored(self) -> dict[str, bool]:
        """What the site has saved: the key of each switch, and whether it is on."""
        return self.state.stored

    @property
    def counts(self) -> Counter[str]:
        """How often something was done.

        login_page, sign_in_posted, password_received, code_posted, put, put:<key>, saved:<key> (put and not
        refused), page:<path>, card_pressed, banner_pressed:<type>, elsewhere (asked of the second server).
        """
        return self.state.counts

    @property
    def log(self) -> list[tuple[str, str]]:
        """Method and path of every request, in order, without any value."""
        return self.state.log

    @property
    def faults(self) -> list[str]:
        """What went wrong inside the site; empty unless it has a bug."""
        return self.state.faults

    def expire_sessions(self) -> None:
        """Let every sign-in die, those that would renew themselves too."""
        self.state.expire_sessions()

    def approve(self) -> None:
        """Approve every sign-in that waits for an approval."""
        for challenge in list(self.state.challenges.values()):
            challenge.approved.set()

    def _serve(self, server: Server) -> None:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        self._threads.append(thread)

    def _answer(self, request: Request) -> Reply:
        self.state.note(request)
        reply = routes.answer(self.state, request, lambda: self.other_origin, self.origin)
        if not reply.hang_up and not request.path.startswith("/static/"):
            sessions.greet(self.state, request, reply)
            banners.add(self.state, request, reply)
        return reply

    def _answer_elsewhere(self, request: Request) -> Reply:
        self.state.note(request)
        self.state.counts["elsewhere"] += 1
        return look_alikes.answer(self.state, request)

    def _fault(self, error: BaseException) -> None:
        self.state.faults.append("".join(traceback.format_exception(error)))


def serve(password: str, *moods: str, port: int = 0) -> PracticeSite:
    """Given a password and moods, return a site that answers already; whoever called stops it.

    Raise ValueError if a mood is unknown or the password is empty, OSError if the port is taken.
    """
    site = PracticeSite(password=password, moods=moods, port=port)
    site.start()
    return site
