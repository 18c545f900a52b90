"""The guards around all tests work: no network, nothing of the person who runs them, no site with a bug."""

import os
import socket
import threading
import urllib.request
from collections.abc import Callable

import loopback_only
import pytest
from calling import RunPython, StartPractice
from conftest import NO_BUS
from loopback_only import BeyondLoopback

ELSEWHERE = "192.0.2.1"  # reserved for documentation: it belongs to nobody


@pytest.mark.parametrize(
    "leave",
    [
        lambda: socket.create_connection((ELSEWHERE, 80), timeout=1),
        lambda: socket.create_connection(("example.org", 80), timeout=1),
        lambda: urllib.request.urlopen("http://example.org/", timeout=1),
        lambda: socket.getaddrinfo("example.org", 443),
        lambda: socket.gethostbyname("example.org"),
        lambda: send_one_packet(ELSEWHERE),
    ],
)
def test_nothing_leaves_the_machine(leave: Callable[[], object]) -> None:
    """Connecting, looking a name up and sending a packet are refused by an error that no library swallows."""
    with pytest.raises(BeyondLoopback):
        leave()
    assert loopback_only.refused != []
    loopback_only.refused.clear()


def send_one_packet(host: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as packet:
        packet.sendto(b"x", (host, 9))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_stays_open(host: str) -> None:
    """Otherwise the guard would prove nothing: the same calls work there."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        there = socket.create_connection((host, server.getsockname()[1]), timeout=5)
        with there:
            assert there.getpeername()[0] == "127.0.0.1"


def test_a_swallowed_refusal_is_remembered() -> None:
    """In a thread of its own the error ends nothing, but the test would fail at its end."""

    def swallow() -> None:
        try:
            socket.gethostbyname("example.org")
        except BeyondLoopback:
            return

    thread = threading.Thread(target=swallow)
    thread.start()
    thread.join()
    assert loopback_only.refused == ["example.org"]
    loopback_only.refused.clear()


def test_a_persons_own_keyring_and_settings_are_out_of_reach() -> None:
    """No test sees the session bus or the settings of whoever runs them, but at most the tests' own."""
    bus = os.environ["DBUS_SESSION_BUS_ADDRESS"]
    assert bus == NO_BUS or "/oo-" in bus
    assert [name for name in os.environ if name.startswith("OPTOUT_") and name != "OPTOUT_BROWSER"] == []
    assert "PYTHON_KEYRING_BACKEND" not in os.environ


def test_a_process_of_its_own_starts_with_nothing(python: RunPython) -> None:
    """It has PATH, HOME, a language and the way to the program, and not the rest."""
    ended = python("import os; import json; print(json.dumps(dict(os.environ)))")
    assert set(ended.json) <= {"HOME", "LANG", "LC_CTYPE", "PATH", "PYTHONPATH"}


def test_a_practice_site_answers_and_stops(practice: StartPractice) -> None:
    """It is up when it is handed over; the fixture looks for faults and takes it down."""
    site = practice()
    with urllib.request.urlopen(f"{site.origin}/login", timeout=5) as answer:  # noqa: S310 - loopback
        assert answer.status == 200
    assert site.counts["login_page"] == 1
