"""Check one signature and one time stamp with stock tools: `ssh-keygen` and `openssl`.

Standard library only. What a stranger laid out is handed to the tools as copies in a folder of our own.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from optout.evidence import audit_sshsig

_GOOD = re.compile(rb'Good "optout-evidence" signature with ED25519 key (SHA256:[A-Za-z0-9+/]{43})\s*')
_TIME = re.compile(
    rb"^Time stamp: ([A-Z][a-z]{2} [ 0-9]{2} [0-9:]{8})(?:\.[0-9]+)? ([0-9]{4}) GMT$", re.MULTILINE
)
_PATIENCE = 60.0  # seconds for one call of a tool


class Refused(Exception):
    """The seal was checked and does not fit; the sentence says why."""


class Unable(Exception):
    """The seal could not be checked; the sentence says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkers:
    """How one seal is checked; each raises Refused or Unable.

    `signed_by` takes a content and its signature file and returns the fingerprint of the key. `stamped_at`
    takes a content, an authority's reply and roots (PEM) and returns the time of the stamp, aware.
    """

    signed_by: Callable[[bytes, bytes], str]
    stamped_at: Callable[[bytes, bytes, bytes], datetime]


def signed_by(content: bytes, armoured: bytes) -> str:
    """Given a content and its signature file, return the fingerprint of its key, as ssh-keygen has it."""
    try:
        told = audit_sshsig.parse(armoured)
    except ValueError as error:
        raise Refused(f"its signature cannot be understood: {error}") from error
    words = ["-Y", "check-novalidate", "-n", audit_sshsig.NAMESPACE.decode(), "-s", "signature"]
    ended = _call("ssh-keygen", words, {"signature": armoured}, given=content)
    good = _GOOD.fullmatch(ended.stdout)
    if ended.returncode == 0 and good is not None and good[1].decode() == told.fingerprint:
        return told.fingerprint
    if ended.returncode == 0 or b"Could not verify signature" in ended.stdout:
        raise Refused("its signature does not fit")
    raise Unable("this ssh-keygen cannot check signatures (OpenSSH 8.2 or newer can)")


def stamped_at(content: bytes, reply: bytes, roots: bytes) -> datetime:
    """Given a content, an authority's reply and roots (PEM), return the time of the stamp, by openssl.

    Judged as of the time that the stamp itself tells: a certificate that expired since takes nothing away.
    """
    return _verified(["-data", "content"], {"content": content}, reply, roots)


def fits_query(query: bytes, reply: bytes, roots: bytes) -> datetime:
    """Given what was asked (DER), the reply and roots (PEM), return the time of the stamp, by openssl."""
    return _verified(["-queryfile", "query"], {"query": query}, reply, roots)


def time_of(reply: bytes) -> datetime:
    """Given an authority's reply, return the time that it tells, unchecked, by openssl."""
    ended = _call("openssl", ["ts", "-reply", "-in", "reply", "-text"], {"reply": reply})
    told = _TIME.search(ended.stdout)
    if told is None:
        raise Refused("its stamp cannot be understood")
    moment = f"{told[1].decode()} {told[2].decode()}"
    try:
        return datetime.strptime(moment, "%b %d %H:%M:%S %Y").replace(tzinfo=UTC)
    except ValueError as error:
        raise Refused("its stamp tells a time that there is not") from error


STOCK = Checkers(signed_by=signed_by, stamped_at=stamped_at)


def _verified(against: list[str], files: Mapping[str, bytes], reply: bytes, roots: bytes) -> datetime:
    moment = time_of(reply)
    words = [
        "ts",
        "-verify",
        *against,
        "-in",
        "reply",
        "-CAfile",
        "roots",
        "-attime",
        str(int(moment.timestamp())),
    ]
    ended = _call("openssl", words, {**files, "reply": reply, "roots": roots})
    said = ended.stdout + ended.stderr
    if ended.returncode == 0 and b"Verification: OK" in said:
        return moment
    if b"imprint mismatch" in said:
        raise Refused("its stamp is for other checksums")
    if b"Verification: FAILED" in said:
        raise Refused("its stamp does not chain to a root that was given, or does not fit")
    raise Unable("this openssl cannot check time stamps (OpenSSL 1.1.1 or newer can)")


def _call(
    tool: str, words: list[str], files: Mapping[str, bytes], given: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    program = shutil.which(tool)
    if program is None:
        raise Unable(f"{tool} was not found on this computer")
    # Nothing that points a tool at other settings; Windows starts nothing without its own folder's name.
    environment = {"LC_ALL": "C"} | {
        name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            (Path(folder) / name).write_bytes(content)
        try:
            return subprocess.run(
                [program, *words],
                cwd=folder,
                env=environment,
                input=given,
                capture_output=True,
                check=False,
                timeout=_PATIENCE,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise Unable(f"{tool} did not answer") from error
