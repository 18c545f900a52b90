"""The log for developers, and the net under it: no live secret leaves in a text.

The rule is that secrets are never put into a text at all; `redact` is what catches the case that
nobody thought of. It belongs before everything that leaves: log, standard error, `--json`, report.
"""

import base64
import os
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from optout.errors import UsageProblem

if TYPE_CHECKING:
    from loguru import Logger, Record

PLACEHOLDER = "[secret]"
FILE_NAME = "optout.log"
JSON_NAME = "optout.jsonl"  # a file of its own: one of both kinds could be read by no program
LARGEST_FILE = 1_000_000  # bytes; then the file becomes optout.log.1 and so on
OLD_FILES = 3
SHORT = 4  # a secret of fewer characters stands inside ordinary words

_LINE = "{time:YYYY-MM-DDTHH:mm:ss.SSS!UTC}Z {level} {name}:{line} {message}"

# How repr, JSON and their like write a character that would break the line.
_CONTROLS = {"\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f", "\v": "v", "\a": "a", "\0": "0"}
# A percent sign, an ampersand and a backslash, themselves encoded a few times. All counts below are
# bounded: with open ones a secret of quotes took a minute against a page of backslashes.
_PERCENT = r"%(?:25){0,4}"
_AND = r"&(?:amp;){0,4}"
_STROKE = rf"(?:\\|{_PERCENT}5[cC]|{_AND}#(?:0{{0,4}}92|[xX]0{{0,4}}5[cC]);)"


@dataclass(frozen=True, slots=True)
class _Finders:
    """What finds one secret: as written, and in base64 (looked for only if one of its `cores` is there)."""

    written: re.Pattern[str]
    encoded: re.Pattern[str] | None
    cores: tuple[str, ...]


class Net:
    """Secrets that must not get out, and what catches them."""

    def __init__(self) -> None:
        self._live: dict[str, _Finders | None] = {}  # a value is filled in when the first text asks for it

    def protect(self, secret: str) -> None:
        """Given a secret, catch it from now on. An empty one is in every text and is ignored."""
        if secret:
            self._live.setdefault(secret, None)

    def redact(self, text: str) -> str:
        """Given a text, return it with every secret replaced by PLACEHOLDER.

        Found as it stands, inside repr, JSON, URLs, HTML and base64 at any offset, also several times
        over and mixed. A secret of fewer than SHORT characters is found only where it stands as a word
        of its own, since it would otherwise cut up all that is said. Longer secrets go first.
        """
        for secret in sorted(self._live.copy(), key=len, reverse=True):
            finders = self._live[secret] or _finders(secret)
            self._live[secret] = finders
            text = finders.written.sub(PLACEHOLDER, text)
            if finders.encoded is not None and any(core in text for core in finders.cores):
                text = finders.encoded.sub(PLACEHOLDER, text)
        return text


_net = Net()


def protect(secret: str) -> None:
    """Given a secret, keep it out of every text that passes `redact` until the process ends."""
    _net.protect(secret)


def redact(text: str) -> str:
    """Given a text, return it with every live secret replaced by PLACEHOLDER, however it is written."""
    return _net.redact(text)


def open_log(folder: Path, *, verbose: int, name: str = FILE_NAME) -> Path:
    """Given the folder for logs, send what the program logs to one file in it, redacted, 0600, rotated.

    Return the file. With the name JSON_NAME each line of it is one JSON object (`optout.log/1`).
    `verbose` 1 also shows debug lines on standard error, 2 and more every line. Libraries that log
    by the standard way end in the same file. Raise UsageProblem if the file cannot be written.
    """
    file = _File(folder / name)
    line = _as_json if name == JSON_NAME else _LINE
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        file.append("")
    except OSError as error:
        raise UsageProblem(
            f"The log {file.path} cannot be written: {error.strerror}.",
            "Give OPTOUT_HOME a folder that you may write to.",
        ) from error
    logger = _logger()
    logger.remove()
    # diagnose prints local variables; catch=True would print a record that was not redacted.
    logger.add(
        file.write, level="DEBUG", format=line, diagnose=False, backtrace=False, catch=False, colorize=False
    )
    if verbose:
        level = "DEBUG" if verbose == 1 else "TRACE"
        logger.add(
            _say, level=level, format=line, diagnose=False, backtrace=False, catch=False, colorize=False
        )
    logger.configure(patcher=_on_one_line)
    _listen_to_libraries(logger)
    return file.path


def install_excepthook(file: Path | None = None) -> None:
    """From now on, an exception that nobody caught is one sentence on standard error.

    Its traceback goes to the log, redacted, if `open_log` was called, and nowhere else. Given the log's
    `file`, the sentence names it.
    """
    where = f"; its traceback is in {file}" if file is not None else ""

    def in_main(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            _say("Interrupted.")
            return
        _logger().opt(exception=(kind, error, trace)).critical("unexpected fault")
        _say(f"optout stopped on a fault of its own ({kind.__name__}){where}.")

    def in_thread(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and args.exc_type is not SystemExit:
            in_main(args.exc_type, args.exc_value, args.exc_traceback)

    sys.excepthook = in_main
    threading.excepthook = in_thread


def _logger() -> "Logger":
    """Return loguru's logger, made so that its own default sink neither exists nor prints variables."""
    os.environ["LOGURU_AUTOINIT"] = "NO"
    os.environ["LOGURU_DIAGNOSE"] = "NO"
    from loguru import logger

    return logger


@dataclass(frozen=True, slots=True)
class _File:
    """The log file; opened for each line, so that two commands can share it and a full disk stops neither."""

    path: Path

    def write(self, text: str) -> None:
        """Append a redacted text. A log that cannot be written must not stop a visit."""
        with suppress(OSError):
            if self.path.stat().st_size > LARGEST_FILE:
                self._rotate()
        with suppress(OSError):
            self.append(redact(text))

    def append(self, text: str) -> None:
        """Append a text as it is. Raise OSError if that fails."""
        descriptor = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "ab") as file:
            file.write(text.encode("utf-8", "backslashreplace"))

    def _rotate(self) -> None:
        names = [self.path, *(self.path.with_name(f"{self.path.name}.{n}") for n in range(1, OLD_FILES + 1))]
        for newer, older in reversed(list(pairwise(names))):
            with suppress(FileNotFoundError):
                newer.replace(older)


def _listen_to_libraries(logger: "Logger") -> None:
    """Given our logger, carry into it what libraries log by the standard way."""
    import logging

    class Carrier(logging.Handler):
        """Passes a record on with its level, name and exception."""

        def emit(self, record: logging.LogRecord) -> None:
            try:
                text = record.getMessage()
            except (TypeError, ValueError):  # the library's own arguments do not fit its own words
                text = str(record.msg)
            level = record.levelname if record.levelname in {"ERROR", "CRITICAL"} else "WARNING"
            logger.opt(exception=record.exc_info).log(level, "{}: {}", record.name, text)

    logging.basicConfig(handlers=[Carrier()], level=logging.WARNING, force=True)


def _on_one_line(record: "Record") -> None:
    """A line break inside a message would let a page forge a line of the log."""
    record["message"] = record["message"].replace("\r", "\\r").replace("\n", "\\n")


def _as_json(record: "Record") -> str:
    """Given a record, put it into one JSON object of its own; return the format that prints that."""
    import json
    from traceback import format_exception

    fault = record["exception"]
    told = {
        "schema": "optout.log/1",
        "time": record["time"].astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": record["level"].name,
        "where": f"{record['name']}:{record['line']}",
        # Redacted before it is quoted: a secret that begins or ends with a quote would take ours with it.
        "message": redact(record["message"]),
        "exception": redact("".join(format_exception(fault.value))) if fault and fault.value else None,
    }
    record["extra"]["line"] = json.dumps(told)
    return "{extra[line]}\n"


def _say(text: str) -> None:
    if sys.stderr is not None:  # a Python without a console has none
        with suppress(OSError, ValueError):  # gone or closed: there is nobody to tell
            sys.stderr.write(redact(text.rstrip("\n")) + "\n")


def _finders(secret: str) -> "_Finders":
    """Given a secret, return what finds it."""
    written = "".join(_spellings(part) for part in re.findall(r"\\+|[^\\]", secret))
    raw = _bytes(secret)
    if len(secret) < SHORT:
        whole = re.escape(base64.b64encode(raw).decode())
        return _Finders(re.compile(rf"(?<!\w)(?:{written}|{whole})(?!\w)"), None, ())
    cores = tuple({core for alphabet in (b"+/", b"-_") for core in _base64_cores(raw, alphabet)})
    # The character on either side carries bits of the secret together with bits of its neighbours.
    encoded = re.compile(rf"[\w+/-]?(?:{'|'.join(map(re.escape, cores))})[\w+/-]?={{0,2}}")
    return _Finders(re.compile(written), encoded, cores)


def _base64_cores(raw: bytes, alphabet: bytes) -> Iterator[str]:
    """Given bytes, return for each of the three offsets the base64 text that depends on nothing else."""
    for offset in range(3):
        text = base64.b64encode(bytes(offset) + raw, alphabet).decode()
        first = (0, 2, 3)[offset]
        yield text[first : (offset + len(raw)) * 8 // 6]


def _spellings(part: str) -> str:
    """Given one character, or a run of backslashes, return the pattern of all the ways to write it.

    Letters and digits of ASCII have one: no encoder that this program meets touches them. A backslash
    doubles with each quoting, three times at most here; whatever is escaped by one may come after it.
    """
    if part.isascii() and part.isalnum():
        return part
    if part[0] == "\\":
        return rf"{_STROKE}{{{len(part)},{8 * len(part)}}}"
    from html.entities import codepoint2name

    number, raw, units = ord(part), _bytes(part), part.encode("utf-16-be", "surrogatepass")
    forms = [
        re.escape(part),
        "".join(rf"{_PERCENT}{_hex(byte, 2)}" for byte in raw),
        rf"{_AND}#(?:0{{0,4}}{number}|[xX]0{{0,4}}{_hex(number, 1)});",
    ]
    if name := codepoint2name.get(number, "apos" if part == "'" else ""):
        forms.append(rf"{_AND}{name};")
    if part == " ":
        forms.append(r"\+")
    escaped = [
        rf"{_STROKE}{{1,8}}".join(rf"x{_hex(byte, 2)}" for byte in raw),
        rf"{_STROKE}{{1,8}}".join(
            rf"u{_hex(int.from_bytes(units[i : i + 2]), 4)}" for i in range(0, len(units), 2)
        ),
        rf"U{_hex(number, 8)}",
        rf"x{_hex(number, 2)}",
    ]
    if part in _CONTROLS:
        escaped.append(_CONTROLS[part])
    if part in "\"'/`":
        return rf"(?:{_STROKE}{{0,8}}(?:{'|'.join(forms + escaped)}))"
    return rf"(?:{'|'.join(forms)}|{_STROKE}{{1,8}}(?:{'|'.join(escaped)}))"


def _hex(number: int, digits: int) -> str:
    """Given a number, return the pattern of its hexadecimal digits in either case."""
    return "".join(
        f"[{digit}{digit.upper()}]" if digit.isalpha() else digit for digit in f"{number:0{digits}x}"
    )


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
