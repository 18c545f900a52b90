"""Keeps the process that runs the tests off the network: names and addresses beyond loopback are refused."""

import ipaddress
import sys

refused: list[str] = []


class BeyondLoopback(BaseException):
    """A test tried to leave the machine. No Exception, so that nothing which catches those can hide it."""


def install() -> None:
    """From now on refuse to connect, send or look up beyond loopback. An audit hook cannot be taken off."""
    sys.addaudithook(_watch)


def _watch(event: str, args: tuple[object, ...]) -> None:
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        address = args[1]
        host = address[0] if isinstance(address, tuple) and address else None
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"}:
        host = args[0]
    else:
        return
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if isinstance(host, str) and host not in {"", "localhost"} and not _is_loopback(host):
        refused.append(host)
        raise BeyondLoopback(f"a test tried to reach {host}")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
