"""`optout demo` in its moods, and what the README says of trying the commands on the practice site."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from at_the_prompt import ACCOUNT, at_a_prompt, one_sentence
from calling import RunOptout

from optout.browser.window import open_window
from optout.linkedin.catalogue import AI_TRAINING
from optout.practice.moods import GROUPS, MOODS

CHECKOUT = Path(__file__).parent.parent
README = (CHECKOUT / "README.md").read_text(encoding="utf-8")
SECTION = README.partition("## Trying it on the practice site\n")[2].partition("\n## ")[0]
SERVING, THERE, SHORT = (
    block.splitlines() for block in re.findall(r"^```sh\n(.*?)^```", SECTION, flags=re.MULTILINE | re.DOTALL)
)
ENDS = {"optout check": 3}  # all others end well
LAST_WORDS = "else can be the matter with the site."


@contextmanager
def serving(line: str, environment: dict[str, str]) -> Iterator[str]:
    """Start a demo that stays, in the person's folder; give all that it says, and end it."""
    words = [sys.executable, "-m", "optout", *shlex.split(line)[1:]]
    folder = environment["HOME"]
    with subprocess.Popen(
        words, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        said = ""
        assert process.stdout is not None
        while LAST_WORDS not in said:
            part = process.stdout.readline()
            assert part, said
            said += part
        yield said
        process.terminate()


def press_the_switch(address: str, password: str) -> None:
    """Do in a browser what the demo says: open the address, sign in, press the switch."""
    with open_window(choice=None, headed=False, cookies=[], timeout=10) as window:
        page = window.page
        page.goto(address)
        page.locator("#username:visible").first.fill(ACCOUNT)
        page.locator("input[type=password]:visible").first.fill(password)
        page.locator("input[type=password]:visible").first.press("Enter")
        page.wait_for_url(address)
        switch = page.locator(f'[aria-labelledby~="{AI_TRAINING.key}"]')
        switch.wait_for(state="attached")
        assert not switch.is_checked()
        with page.expect_response(lambda response: response.request.method == "PUT") as saved:
            page.locator(f'label[for="{switch.get_attribute("id")}"]').last.click()
        assert saved.value.ok


def test_the_readme_can_be_followed(optout: RunOptout, command_environment: dict[str, str]) -> None:
    """Each command of the section runs as it stands there, against the site that the first one leaves."""
    (line,) = SERVING
    assert "optout login" in THERE
    with serving(line, command_environment | {"PYTHONUNBUFFERED": "1"}) as said:
        (export,) = re.findall(r"^ *export (.*)$", said, flags=re.MULTILINE)
        names = dict(word.split("=", 1) for word in shlex.split(export))
        (password,) = re.findall(r"does not show it: (\S+)$", said, flags=re.MULTILINE)
        (address,) = re.findall(r"^ *(http://127\S+/mypreferences\S+)$", said, flags=re.MULTILINE)
        for command in THERE:
            words = shlex.split(command)[1:]
            if words == ["login"]:
                at_a_prompt(words, command_environment | names, ("assword", password))
                continue
            if words == ["logout"]:
                press_the_switch(address, password)
                again = optout("check", "--only", "ai-training", env=names)
                assert (again.returncode, "is ON again" in again.stdout) == (3, True), again
            ended = optout(*words, env=names)
            assert ended.returncode == ENDS.get(command, 0), (command, ended)
            if command == "optout check":
                assert ended.stdout.count("is ON again, though an earlier visit proved it off") == 2


@pytest.mark.parametrize("line", SHORT)
def test_a_mood_shows_what_is_said_of_it(optout: RunOptout, line: str) -> None:
    """News changes no code, a page that is not understood is 4; the rest of the demo is as ever."""
    ended = optout(*shlex.split(line)[1:], env={"OPTOUT_TIMEOUT": "2"})
    second = ended.stdout.partition("Second visit")[2]
    news = "key-renamed" not in line
    assert ended.returncode == (0 if news else 4), ended
    assert ("new row" in second) is news
    assert ("unless it follows the `export` line" in second) is not news
    assert ended.stdout.count("was ON, is off now") == 2
    assert MOODS[shlex.split(line)[-1]] in ended.stdout
    assert "The evidence holds" in ended.stdout


def test_the_readme_names_each_file_of_a_visit(
    optout: RunOptout, command_environment: dict[str, str]
) -> None:
    """What lies in the folder of a visit, one line each, and nothing that does not; the link is good."""
    part = README.partition("## For the data protection officer")[2].partition("\n## ")[0]
    told = set(re.findall(r"^\| `([^`]+)`", part, flags=re.MULTILINE))
    (link,) = re.findall(r"\]\(([^)]*/0001[^)]*)\)", part)
    assert (CHECKOUT / link).is_file()
    assert optout("demo").returncode == 0
    runs = list(Path(command_environment["HOME"]).glob("optout-demo/evidence/*/runs/*"))
    assert len(runs) == 2
    for run in runs:
        there = {f"{path.name}/" if path.is_dir() else path.name for path in run.iterdir()}
        assert there - {"affiliate-ads/"} == told, "one line stands for the folders of all settings"
        for path in (run / "ai-training").iterdir():
            assert f"`{path.name}`" in part or f"`*{''.join(path.suffixes)}`" in part


def test_all_moods_are_listed(optout: RunOptout, command_environment: dict[str, str]) -> None:
    """Each name with its sentence, in groups; nothing is started for it."""
    ended = optout("demo", "--moods")
    assert ended.returncode == 0
    told = dict(re.findall(r"^  (\S+) +(\S.*)$", ended.stdout, flags=re.MULTILINE))
    assert told == MOODS
    assert set(GROUPS) <= set(ended.stdout.splitlines())
    assert not (Path(command_environment["HOME"]) / "optout-demo").exists()


@pytest.mark.parametrize(
    ("mood", "said"),
    [
        ("came-bak", "Did you mean 'came-back'? `optout demo --moods` lists the names."),
        ("New-Row", "Did you mean 'new-row'?"),
        ("new-row:ai-training", "Say `--mood new-row`."),
        ("came-back:nothing", "Say `--mood came-back`."),
        ("captcha", "Add `--keep-serving`"),
    ],
)
def test_a_mood_that_cannot_be_had_is_told_first(
    optout: RunOptout, command_environment: dict[str, str], mood: str, said: str
) -> None:
    """A wrong name, a setting it is not for, or a mood that no visit would meet: nothing is begun."""
    ended = optout("demo", "--mood", mood)
    assert ended.returncode == 2
    assert said in one_sentence(ended)
    assert not (Path(command_environment["HOME"]) / "optout-demo").exists()


def test_a_second_sign_in_is_no_fault_where_the_mood_asks_for_it(optout: RunOptout) -> None:
    """Twin of the demo without moods, in which it is one: here the code is that of the second visit."""
    ended = optout("demo", "--mood", "expired")
    assert ended.returncode == 0, ended
    assert "1 times in the first visit, 1 in the second" in ended.stdout
