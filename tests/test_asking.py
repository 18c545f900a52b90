"""A sign-in that asks for something: the person answers at the terminal, and the visit goes on by itself."""

import json
import signal
import time
from pathlib import Path

import pytest
from at_the_prompt import ACCOUNT, Terminal
from leak_search import files_with
from stories import OFF, UNREAD, Stories

from optout.evidence import audit
from optout.practice.site import PracticeSite

CODE = "730164"
PROMPT = "six digits, not shown; Enter to give up: "
EMAIL = "sent you by e-mail"
ASKED = {"code-email": EMAIL, "code-sms": "sent you by SMS", "code-totp": "your authenticator app shows"}


@pytest.fixture
def environment(command_environment: dict[str, str]) -> dict[str, str]:
    """The environment of a command at a terminal."""
    return command_environment | {"TERM": "xterm", "COLUMNS": "200"}


def begin(site: PracticeSite, environment: dict[str, str], *words: str) -> Terminal:
    """Start a visit to one setting on a terminal: what is asked comes before any of them."""
    return Terminal(
        ["run", "--json", "--only", "ai-training", *words], environment | {"OPTOUT_SITE": site.origin}
    )


def give(terminal: Terminal, question: str, code: str) -> None:
    """Wait for a question and for its prompt, which drops what was typed before it, and type a code."""
    terminal.until(question)
    terminal.until(PROMPT)
    terminal.type(code)


def answer(terminal: Terminal) -> dict[str, object]:
    """The JSON object that stands at the end of what a terminal shows."""
    begin = terminal.shown.index('{\r\n  "schema"')
    found, _ = json.JSONDecoder().raw_decode(terminal.shown, begin)
    assert isinstance(found, dict)
    return found


def verdicts(terminal: Terminal) -> list[str]:
    """The verdicts that the command gave."""
    settings = answer(terminal)["settings"]
    assert isinstance(settings, list)
    return [setting["verdict"] for setting in settings]


def is_sealed(home: Path) -> bool:
    """Whether the only store holds."""
    (store,) = (home / "evidence").iterdir()
    return audit.audit(store).exit_code == 0


@pytest.mark.parametrize("form", ["classic", "modern"])
@pytest.mark.parametrize("language", ["", "german"])
@pytest.mark.parametrize("kind", ASKED)
def test_a_code_is_asked_for_and_typed(
    stories: Stories, environment: dict[str, str], home: Path, kind: str, language: str, form: str
) -> None:
    """Each kind of code, behind either form, in two languages: asked for once, sent once, stored nowhere."""
    site = stories.open(kind, form, *([language] if language else []), code=CODE)
    terminal = begin(site, environment)
    give(terminal, ASKED[kind], CODE)
    assert terminal.end() == 0, terminal.shown
    assert verdicts(terminal) == ["turned_off"]
    assert (site.counts["code_posted"], site.counts["password_received"]) == (1, 1)
    assert CODE not in terminal.shown
    assert files_with(home, CODE) == []
    assert is_sealed(home)


def test_a_wrong_code_is_asked_for_again(stories: Stories, environment: dict[str, str], home: Path) -> None:
    """A code that the site refuses is said to be so; the next one is typed into the new form."""
    site = stories.open("wrong-code", code=CODE)
    terminal = begin(site, environment)
    give(terminal, EMAIL, "11 11 11")
    give(terminal, "did not accept that code", "730 164")
    assert terminal.end() == 0, terminal.shown
    assert (site.counts["code_posted"], site.counts["password_received"]) == (2, 1)
    assert is_sealed(home)


@pytest.mark.parametrize("kind", ["code-sms", "code-totp"])
def test_a_second_question_is_no_refusal(stories: Stories, environment: dict[str, str], kind: str) -> None:
    """Where another code is asked for behind the first, nobody is told that the first was wrong."""
    site = stories.open(kind, "asks-between", code=CODE)
    terminal = begin(site, environment)
    for question in (ASKED[kind], ASKED["code-totp"]):
        give(terminal, question, CODE)
    assert terminal.end() == 0, terminal.shown
    assert "did not accept" not in terminal.shown
    assert site.counts["code_posted"] == 2


def test_three_wrong_codes_are_the_end(stories: Stories, environment: dict[str, str], home: Path) -> None:
    """After three codes the visit ends, exit 5, sealed; none was sent twice."""
    site = stories.open("code-sms", code=CODE)
    terminal = begin(site, environment)
    for wrong in ("111111", "222222", "333333"):
        give(terminal, "sent you by SMS", wrong)
    assert terminal.end() == 5, terminal.shown
    assert "[wrong_code]" in terminal.shown
    assert site.counts["code_posted"] == 3
    assert is_sealed(home)


def test_what_is_no_code_is_not_sent(stories: Stories, environment: dict[str, str]) -> None:
    """Letters or five digits are asked for again, and the site hears nothing of them."""
    site = stories.open("code-email", code=CODE)
    terminal = begin(site, environment)
    terminal.until(EMAIL)
    for typed in ("abcdef", "73016"):
        give(terminal, "", typed)
        terminal.until("not a code of six digits")
    give(terminal, "", CODE)
    assert terminal.end() == 0, terminal.shown
    assert site.counts["code_posted"] == 1


@pytest.mark.parametrize("keys", ["\n", "\x03", "\x04"], ids=["enter", "ctrl-c", "ctrl-d"])
def test_a_code_that_is_not_given(
    stories: Stories, environment: dict[str, str], home: Path, keys: str
) -> None:
    """Enter, Ctrl-C or Ctrl-D at the question end the visit in words, exit 5, sealed, without a traceback."""
    site = stories.open("code-email", code=CODE)
    terminal = begin(site, environment)
    terminal.until(PROMPT)
    terminal.press(keys)
    assert terminal.end() == 5, terminal.shown
    assert "[code_email]" in terminal.shown
    assert "optout login --browser" in terminal.shown
    assert "Traceback" not in terminal.shown
    assert site.counts["code_posted"] == 0
    assert is_sealed(home)


def test_a_terminated_question_is_a_stop(stories: Stories, environment: dict[str, str], home: Path) -> None:
    """SIGTERM at the question is no answer of the person: it stops the command, 143, and all is sealed."""
    site = stories.open("code-email", code=CODE)
    terminal = begin(site, environment)
    terminal.until(PROMPT)
    terminal.process.send_signal(signal.SIGTERM)
    assert terminal.end() == 143, terminal.shown
    assert is_sealed(home)


def test_an_answer_that_comes_late_is_waited_for(stories: Stories, environment: dict[str, str]) -> None:
    """Neither the form nor the code is sent again while the site takes its time."""
    site = stories.open("code-email", "late-answer", code=CODE)
    terminal = begin(site, environment)
    give(terminal, "", CODE)
    assert terminal.end() == 0, terminal.shown
    assert (site.counts["page:/checkpoint/challenge/verify"], site.counts["password_received"]) == (1, 1)


@pytest.mark.parametrize("form", ["classic", "modern"])
def test_an_approval_is_waited_for(stories: Stories, form: str) -> None:
    """Without a terminal too, what is approved on the telephone goes on; its page is loaded only once."""
    site = stories.open("push", form)
    visited = stories.visit(site, "run", "--only", "ai-training")
    assert (visited.findings, visited.ended.returncode) == ([OFF], 0)
    assert "waiting until you approve" in visited.ended.stderr
    pages = [
        path for method, path in site.log if method == "GET" and path.startswith("/checkpoint/challenge/")
    ]
    assert len([path for path in pages if not path.endswith(("/poll", "/approved"))]) == 1


def test_an_approval_that_never_comes(stories: Stories) -> None:
    """The wait is as long as the page says and no longer: exit 5, named, sealed, nothing typed again."""
    site = stories.open("push-unanswered", patience=0.05)
    began = time.monotonic()
    visited = stories.visit(site, "run")
    assert (visited.findings, visited.ended.returncode) == ([UNREAD, UNREAD], 5)
    assert "[app_push]" in visited.reasons
    assert site.counts["password_received"] == 1
    assert time.monotonic() - began < 40


def test_a_countdown_is_shown_and_can_be_stopped(
    stories: Stories, environment: dict[str, str], home: Path
) -> None:
    """On a terminal the seconds left are counted down; Ctrl-C gives the approval up: exit 5, sealed."""
    site = stories.open("push-unanswered", patience=1.0)
    terminal = begin(site, environment)
    terminal.until("59 s left")
    terminal.until("58 s left")
    terminal.press("\x03")
    assert terminal.end() == 5, terminal.shown
    assert "[app_push]" in terminal.shown
    assert is_sealed(home)


@pytest.mark.parametrize("kind", [*ASKED, "captcha", "unknown-checkpoint", "add-phone bounces"])
def test_nobody_there_is_told_what_to_run(stories: Stories, kind: str) -> None:
    """Without a terminal the visit ends at once, exit 5, with the command to run by hand; no code is sent."""
    site = stories.open(*kind.split(), code=CODE)
    visited = stories.visit(site, "run", env={"DISPLAY": ":99"})
    assert (visited.findings, visited.ended.returncode) == ([UNREAD, UNREAD], 5)
    assert "`optout login --browser`" in visited.reasons
    assert ("at a terminal and type it there" in visited.reasons) == (kind in ASKED)
    assert site.counts["code_posted"] == 0


@pytest.mark.parametrize("words", [["--no-input"], []], ids=["no-input", "no-display"])
def test_a_captcha_at_a_terminal_without_a_screen(
    stories: Stories, environment: dict[str, str], words: list[str]
) -> None:
    """A terminal alone solves no captcha: exit 5 at once, with the command to run where there is a screen."""
    site = stories.open("captcha")
    terminal = begin(site, environment | ({"DISPLAY": ":99"} if words else {}), *words)
    assert terminal.end() == 5, terminal.shown
    assert "[captcha]" in terminal.shown
    assert "`optout login --browser`" in terminal.shown


def test_a_kept_sign_in_that_is_asked_for_a_code(
    stories: Stories, environment: dict[str, str], home: Path
) -> None:
    """A question that stands before the settings of a living sign-in is answered the same way."""
    del home
    site = stories.open(code=CODE)
    assert stories.visit(site, "check").ended.returncode == 3
    site.expire_sessions()
    site.moods.add("code-email")
    terminal = begin(site, environment)
    give(terminal, EMAIL, CODE)
    assert terminal.end() == 0, terminal.shown
    assert ACCOUNT not in str(answer(terminal)["settings"])


def test_a_living_sign_in_that_is_asked_for_a_code(stories: Stories, environment: dict[str, str]) -> None:
    """A question before the first page of a sign-in that lives is answered, and no password is sent."""
    site = stories.open(code=CODE)
    assert stories.visit(site, "check").ended.returncode == 3
    site.moods.add("asks-between")
    terminal = begin(site, environment)
    give(terminal, "", CODE)
    assert terminal.end() == 0, terminal.shown
    assert site.counts["password_received"] == 1


def test_quiet_says_once_what_it_waits_for(stories: Stories, environment: dict[str, str]) -> None:
    """Somebody at a terminal who asked for quiet is told that their approval is waited for, one time."""
    site = stories.open("push")
    terminal = Terminal(["run", "--quiet"], environment | {"OPTOUT_SITE": site.origin})
    assert terminal.end() == 0, terminal.shown
    assert terminal.shown == "optout: waiting until you approve this sign-in in the app\r\n"
