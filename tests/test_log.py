"""The log and the net under it: what passes `redact`, what reaches the file and standard error."""

import base64
import json
import re
import stat
from collections.abc import Callable, Iterator
from html import escape
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from calling import Ended, RunPython
from hypothesis import assume, example, given
from hypothesis import strategies as st
from leak_search import files_with, holds

from optout import log
from optout.errors import UsageProblem

CANARY = 'Zaun-König\'88 "singt" &ö'
MARK = "\ue000"  # stands for the placeholder where a test looks at what is left

WRITTEN: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "repr": lambda text: repr(text)[1:-1],
    "ascii": lambda text: ascii(text)[1:-1],
    "bytes": lambda text: repr(text.encode())[2:-1],
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON with its own letters": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "JSON in JSON": lambda text: json.dumps(json.dumps(text))[3:-3],
    "repr in repr": lambda text: repr(repr(text))[2:-2],
    "URL": lambda text: quote(text, safe=""),
    "URL path": quote,
    "URL in small letters": lambda text: re.sub("%..", lambda code: code[0].lower(), quote(text)),
    "URL in a URL": lambda text: quote(quote(text)),
    "form": quote_plus,
    "HTML": escape,
    "HTML text": lambda text: escape(text, quote=False),
    "HTML in HTML": lambda text: escape(escape(text)),
    "HTML numbers": lambda text: "".join(c if c.isalnum() and c.isascii() else f"&#{ord(c)};" for c in text),
    "JSON in HTML": lambda text: escape(json.dumps(text)[1:-1]),
    "JSON in a URL": lambda text: quote(json.dumps(text)[1:-1]),
}
SECRETS = st.text(st.characters(codec="utf-8", exclude_characters=MARK), min_size=log.SHORT, max_size=30)
AROUND = st.text(st.characters(codec="utf-8", exclude_characters=MARK), max_size=20)


def left_of(text: str, *secrets: str) -> str:
    """Given a text and secrets, return what a fresh net leaves of it, with MARK for each placeholder."""
    net = log.Net()
    for secret in secrets:
        net.protect(secret)
    return net.redact(text).replace(log.PLACEHOLDER, MARK)


@pytest.mark.parametrize("way", WRITTEN)
@given(secret=SECRETS, before=AROUND, after=AROUND)
@example(secret=CANARY, before="", after="")
@example(secret="ends in a stroke \\", before="\\", after="\\")
@example(secret="'\"\\\n\t\0", before="", after="")
@example(secret="🔑 clé &amp; 100%25", before="", after="")
def test_a_secret_is_found_however_it_is_written(way: str, secret: str, before: str, after: str) -> None:
    """For any secret of four characters or more, in any text, none of its spellings is left."""
    written = WRITTEN[way](secret)
    left = left_of(before + written + after, secret)
    assert written not in left
    assert MARK in left


@given(secret=SECRETS, before=st.binary(max_size=5), after=st.binary(max_size=5), safe=st.booleans())
@example(secret=CANARY, before=b"", after=b"", safe=False)
def test_a_secret_is_found_inside_base64(secret: str, before: bytes, after: bytes, safe: bool) -> None:
    """At any of the three offsets, in both alphabets: nothing that is left can be decoded to it."""
    encode = base64.urlsafe_b64encode if safe else base64.b64encode
    written = encode(before + secret.encode() + after).decode()
    left = left_of(f"Authorization: Basic {written} ", secret)
    assert MARK in left
    assert not any(secret.encode() in raw for raw in decoded(left))
    assert any(secret.encode() in raw for raw in decoded(written))


def decoded(text: str) -> Iterator[bytes]:
    """Given a text, yield what its runs of base64 decode to, begun at each of four places."""
    for run in re.findall(r"[\w+/-]+", text.replace("-", "+").replace("_", "/"), re.ASCII):
        for start in range(4):
            yield base64.b64decode(run[start : start + (len(run) - start) // 4 * 4])
            yield base64.b64decode(
                run[start:] + "=" * (-(len(run) - start) % 4) if len(run[start:]) % 4 != 1 else b""
            )


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("the code is 7b1", f"the code is {MARK}"),
        ("code=7b1&next", f"code={MARK}&next"),
        ('{"code": "7b1"}', f'{{"code": "{MARK}"}}'),
        ("a7b1", "a7b1"),
        ("7b12", "7b12"),
        ("in base64 N2Ix here", f"in base64 {MARK} here"),
        ("xN2Ixy", "xN2Ixy"),
    ],
)
def test_a_short_secret_is_found_as_a_word_only(text: str, left: str) -> None:
    """Below four characters it would stand in half of all words, and nothing could be read any more."""
    assert left_of(text, "7b1") == left


@given(text=AROUND)
def test_an_empty_secret_changes_nothing(text: str) -> None:
    """It stands between any two letters; and without any secret a text passes as it is."""
    assert left_of(text, "") == text == left_of(text)


@given(text=st.text(st.characters(codec="utf-8", exclude_characters="X" + MARK)))
def test_a_text_without_the_secret_passes_unchanged(text: str) -> None:
    """Only what stands for the secret is touched."""
    assume(log.PLACEHOLDER not in text)
    assert left_of(text, "bird-X-4711") == text


def test_one_secret_inside_another_does_not_spare_it() -> None:
    """The longer goes first, in whichever order they were made known."""
    for order in (("abcd", "xx-abcd-yy"), ("xx-abcd-yy", "abcd")):
        assert left_of("xx-abcd-yy abcd", *order) == f"{MARK} {MARK}"


@pytest.mark.parametrize("secret", ["\\'" * 12 + "x", "\\" * 12 + "x", "%25" * 9 + "x", "&amp;" * 9 + "x"])
@pytest.mark.parametrize("text", ["\\", "\\'", "%25", "%5C", "&amp;", "&amp;amp;"])
def test_no_page_can_hold_the_net_up(secret: str, text: str) -> None:
    """A password of signs against a page of the same signs: done at once, where it once took a minute."""
    assert left_of(text * 5_000, secret) == text * 5_000


LOGGING = """
import json, sys
from pathlib import Path
from optout import log
from loguru import logger
word, verbose = sys.argv[1], int(sys.argv[2])
log.protect(word)
log.open_log(Path.home(), verbose=verbose)
log.install_excepthook(Path.home() / log.FILE_NAME)
def fall(unregistered):
    try:
        raise ValueError(f"no good: {word!r}")
    except ValueError as error:
        raise RuntimeError(json.dumps({"word": word, "n": len(unregistered)})) from error
logger.info("typed {}", word)
logger.trace("a detail about {!r}", word)
logger.info("one line\\n2026-01-01 a forged line\\r")
try:
    fall("heron-in-" + "a-variable")
except RuntimeError:
    logger.exception("caught with {}", word)
import logging
logging.getLogger("some.package").warning("it says %s", word)
logging.getLogger("some.package").warning("it says %s %s", word)
logging.getLogger("some.package").info("not of interest")
import threading
thread = threading.Thread(target=fall, args=("heron-in-" + "a-variable",))
thread.start()
thread.join()
fall("heron-in-" + "a-variable")
"""


def run_as_file(python: RunPython, file: Path, code: str, *args: str) -> Ended:
    """Run code from a file: variables can be printed only where the source can be read."""
    file.write_text(code, encoding="utf-8")
    return python("import runpy, sys; runpy.run_path(sys.argv[-1])", *args, str(file))


@pytest.mark.parametrize("verbose", ["0", "2"])
def test_no_secret_reaches_the_log_or_the_terminal(python: RunPython, tmp_path: Path, verbose: str) -> None:
    """Messages, exceptions with their causes, libraries' own logs, uncaught faults: all without it."""
    ended = run_as_file(python, tmp_path / "program.py", LOGGING, CANARY, verbose)
    file = tmp_path / "somebody" / log.FILE_NAME
    text = file.read_text(encoding="utf-8")
    assert ended.returncode == 1
    assert not holds(ended.stdout + ended.stderr, CANARY)
    assert files_with(tmp_path, CANARY) == []
    assert text.count("unexpected fault") == 2
    for said in (
        "typed [secret]",
        "no good: '[secret]'",
        '{"word": "[secret]", "n": 19}',
        "caught with [secret]",
    ):
        assert said in text
    assert "some.package: it says [secret]" in text
    assert "not of interest" not in text
    assert "heron-in-a-variable" not in text + ended.stderr
    assert "one line\\n2026-01-01 a forged line\\r" in text
    assert not re.search(r"\n\n\d{4}-", text + ended.stderr)
    assert ("a detail about" in ended.stderr) == (verbose == "2")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_json_lines_say_the_same_and_no_secret(python: RunPython, tmp_path: Path) -> None:
    """Each line is one object, faults with their traceback; 0600, rotated like the other file."""
    code = LOGGING.replace("verbose=verbose", "verbose=verbose, name=log.JSON_NAME")
    ended = run_as_file(python, tmp_path / "program.py", code, CANARY, "0")
    file = tmp_path / "somebody" / log.JSON_NAME
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert not holds(ended.stdout + ended.stderr, CANARY)
    assert files_with(tmp_path, CANARY) == []
    assert {line["schema"] for line in lines} == {"optout.log/1"}
    assert {"schema", "time", "level", "where", "message", "exception"} == set(lines[0])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", lines[0]["time"])
    messages = [line["message"] for line in lines]
    assert messages[0] == "typed [secret]"
    assert messages.count("unexpected fault") == 2
    (caught,) = [line for line in lines if line["message"] == "caught with [secret]"]
    assert "no good: '[secret]'" in caught["exception"]
    assert "heron-in-a-variable" not in caught["exception"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not (file.parent / log.FILE_NAME).exists()


def test_an_uncaught_fault_is_one_sentence(python: RunPython, tmp_path: Path) -> None:
    """On standard error stands what happened and where the traceback is, once per fault, and nothing else."""
    lines = python(LOGGING, CANARY, "0").stderr.splitlines()
    file = tmp_path / "somebody" / log.FILE_NAME
    assert lines == [f"optout stopped on a fault of its own (RuntimeError); its traceback is in {file}."] * 2
    assert "Traceback" in file.read_text(encoding="utf-8")


def test_the_search_finds_what_an_ordinary_log_would_tell(python: RunPython, tmp_path: Path) -> None:
    """The twin: with the library's own sinks the same program leaks into its file and onto the terminal."""
    code = LOGGING.replace("log.open_log(", "plain(").replace("log.install_excepthook", "print")
    plain = "def plain(folder, verbose):\n    logger.add(folder / 'plain.log')\n"
    code = code.replace("word, verbose", plain + "word, verbose", 1)
    ended = run_as_file(python, tmp_path / "program.py", code, CANARY, "0")
    assert holds(ended.stderr, CANARY)
    assert files_with(tmp_path, CANARY) != []
    assert "heron-in-a-variable" in ended.stderr


def test_a_fault_before_the_log_is_open_shows_no_traceback(python: RunPython, tmp_path: Path) -> None:
    """Nothing is written anywhere then, and the sentence names no file."""
    code = "from optout import log; log.install_excepthook(); raise ValueError('heron')"
    ended = python(code)
    assert ended.stderr == "optout stopped on a fault of its own (ValueError).\n"
    assert list((tmp_path / "somebody").iterdir()) == []


def test_an_interrupted_program_says_so(python: RunPython) -> None:
    """Ctrl-C is no fault and has no traceback."""
    ended = python("from optout import log; log.install_excepthook(); raise KeyboardInterrupt")
    assert ended.stderr == "Interrupted.\n"
    assert ended.returncode != 0


ROTATING = """
import os
from pathlib import Path
from optout import log
os.umask(0)
log.open_log(Path.home() / "logs", verbose=0)
from loguru import logger
for number in range(110):
    logger.info("{} " + "x" * 50_000, number)
"""


@pytest.mark.parametrize("name", [log.FILE_NAME, log.JSON_NAME])
def test_the_log_is_rotated_and_stays_private(python: RunPython, tmp_path: Path, name: str) -> None:
    """Whatever the umask: files 0600 in a folder 0700, a bounded number of them, the newest lines kept."""
    ended = python(ROTATING.replace("verbose=0", f"verbose=0, name={name!r}"))
    assert (ended.returncode, ended.stderr) == (0, "")
    folder = tmp_path / "somebody" / "logs"
    files = sorted(folder.iterdir())
    assert [file.name for file in files] == [name, f"{name}.1", f"{name}.2", f"{name}.3"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert all(file.stat().st_size < log.LARGEST_FILE + 60_000 for file in files)
    numbers = [int(n) for file in reversed(files) for n in re.findall(r"(\d+) xx", file.read_text())]
    assert numbers == list(range(numbers[0], 110))
    assert len(numbers) > 60


def test_a_full_disk_stops_nothing(python: RunPython, tmp_path: Path) -> None:
    """A line that cannot be written is lost without a word: the log is not what the program is for."""
    (tmp_path / "somebody" / log.FILE_NAME).symlink_to("/dev/full")
    code = """
from pathlib import Path
from optout import log
log.open_log(Path.home(), verbose=0)
from loguru import logger
logger.info("a line")
print("went on")
"""
    ended = python(code)
    assert (ended.stdout, ended.stderr) == ("went on\n", "")


def test_a_log_that_cannot_be_opened_is_a_sentence(tmp_path: Path) -> None:
    """A file where the folder should be: what happened and what to do."""
    (tmp_path / "logs").write_text("")
    with pytest.raises(UsageProblem, match="cannot be written") as caught:
        log.open_log(tmp_path / "logs", verbose=0)
    assert "OPTOUT_HOME" in caught.value.hint


def test_no_library_is_loaded_before_the_log_is_open(python: RunPython) -> None:
    """Redacting alone must not cost `optout --help` an import of loguru or logging."""
    code = (
        "import sys; from optout import log; log.redact('x'); print({'loguru', 'logging'} & set(sys.modules))"
    )
    assert python(code).stdout == "set()\n"
