"""What a person meets at the command line: bad input ends in one sentence, a code and the next command."""

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from at_the_prompt import ACCOUNT, at_a_prompt, login, on_a_terminal, one_sentence
from calling import RunOptout, RunPython
from logins import keep_login
from secret_service import SecretService
from stories import PASSWORD


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["runn"], "'run'"),
        (["run", "--jsn"], "'--json'"),
        (["evidence", "adit"], "'audit'"),
        (["run", "--only", "ai-trainin"], "'ai-training'"),
        (["check", "--also", "afiliate-ads"], "'affiliate-ads'"),
        (["check", "--only", "AI-TRAINING"], "Did you mean 'ai-training'?"),
        (["check", "--also", "Affiliate-Adds"], "Did you mean 'affiliate-ads'?"),
        (["run", "--preset", "ADS"], "Did you mean 'ads'?"),
        (["run", "--only", "ads"], "use `--preset ads`."),
        (["check", "--also", "All"], "use `--preset all`."),
    ],
    ids=" ".join,
)
def test_a_typo_names_the_nearest_word(words: list[str], named: str, optout: RunOptout) -> None:
    """A word that is not known ends in 2, with the word that was probably meant."""
    ended = optout(*words)
    assert ended.returncode == 2
    assert named in one_sentence(ended)
    assert ended.stdout == ""


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["check", "--only"], "`optout check --help`"),
        (["run", "--preset"], "`optout run --help`"),
        (["--quiet", "check", "--also"], "`optout check --help`"),
        (["evidence", "report", "--out"], "`optout evidence report --help`"),
        (["evidence", "audit", "check", "--head"], "`optout evidence audit --help`"),
    ],
    ids=" ".join,
)
def test_a_value_that_is_missing_leads_to_the_help_of_its_command(
    words: list[str], named: str, optout: RunOptout
) -> None:
    """An option at the end without its value is told with the help that explains that option."""
    ended = optout(*words)
    assert ended.returncode == 2
    assert f"requires an argument. See {named}." in one_sentence(ended)


def test_without_an_account_the_next_command_is_named(optout: RunOptout) -> None:
    """Before any login, `run` needs a person and says which command comes first."""
    ended = optout("run")
    assert ended.returncode == 5
    assert "`optout login`" in one_sentence(ended)


def test_json_carries_the_whole_answer_when_nothing_could_begin(optout: RunOptout) -> None:
    """A script that asked for JSON gets the object of a visit, every setting in it, none of them good."""
    ended = optout("run", "--json", "--also", "research")
    one_sentence(ended)
    assert ended.returncode == ended.json["exit_code"] == 5
    assert ended.json["schema"] == "optout.visit/1"
    assert ended.json["outcome"] == "person_needed"
    assert [each["name"] for each in ended.json["settings"]] == ["ai-training", "affiliate-ads", "research"]
    assert {each["verdict"] for each in ended.json["settings"]} == {"unreadable"}
    assert ended.json["evidence"] is None


def test_json_carries_a_wrong_call_too(optout: RunOptout) -> None:
    """A usage error is an object as well, with the sentence that stands on stderr."""
    ended = optout("check", "--json", "--fixx")
    assert ended.json["outcome"] == "usage"
    assert ended.json["trouble"] in one_sentence(ended)


def test_shared_options_stand_on_either_side(optout: RunOptout) -> None:
    """`optout --json status` and `optout status --json` are one call."""
    before, after = optout("--json", "status"), optout("status", "--json")
    assert (
        before.json
        == after.json
        == {
            "schema": "optout.status/1",
            "outcome": "good",
            "exit_code": 0,
            "accounts": [],
        }
    )


def test_the_tests_log_in_as_the_command_does(
    optout: RunOptout, home: Path, keyring: SecretService, tmp_path: Path
) -> None:
    """`keep_login` leaves the same files, but for lock and log, and the same in the keyring."""

    def left(place: Path) -> dict[str, tuple[int, bytes]]:
        files = {str(path.relative_to(place)): path for path in place.rglob("*") if path.is_file()}
        return {name: (path.stat().st_mode, path.read_bytes()) for name, path in files.items()}

    ended = optout(
        "login", "--account", ACCOUNT, "--password-stdin", site="http://127.0.0.1:9", input=PASSWORD
    )
    assert ended.returncode == 0, ended.stderr
    by_command, kept = left(home), keyring.items()
    assert kept
    by_command.pop(f"state/locks/{ACCOUNT}.lock")
    by_command = {name: left for name, left in by_command.items() if not name.startswith("logs/")}
    keyring.empty()
    keep_login(tmp_path / "other", ACCOUNT, PASSWORD)
    assert left(tmp_path / "other") == by_command
    assert keyring.items() == kept


def test_several_accounts_are_named(optout: RunOptout) -> None:
    """With two accounts known, `run` asks which, and takes no guess."""
    login(optout)
    login(optout, account="second@example.org")
    ended = optout("run", site="http://127.0.0.1:9")
    assert ended.returncode == 2
    assert f"{ACCOUNT}, second@example.org" in one_sentence(ended)
    assert "--account" in one_sentence(ended)


def test_the_only_known_account_is_the_default_of_login(optout: RunOptout, home: Path) -> None:
    """Without a terminal the second login needs no address while one account is known; with two it does."""
    login(optout)
    words = ["login", "--password-stdin"]
    again = optout(*words, site="http://127.0.0.1:9", input="another\n")
    assert again.returncode == 0, again.stderr
    assert f"password of {ACCOUNT}" in again.stdout
    login(optout, account="second@example.org")
    several = optout(*words, site="http://127.0.0.1:9", input="another\n")
    assert several.returncode == 2
    assert "--account" in one_sentence(several)


def test_a_slip_in_the_address_is_asked_again(command_environment: dict[str, str]) -> None:
    """At the prompt a malformed address costs no second start of the command."""
    environment = command_environment | {"OPTOUT_SITE": "http://127.0.0.1:9"}
    shown = at_a_prompt(
        ["login"],
        environment,
        ("sign in with: ", "me at example"),
        ("sign in with: ", ACCOUNT),
        ("(not shown): ", "blue-tit"),
    )
    assert "'me at example' is not an e-mail address." in shown
    assert shown.count(ACCOUNT) == 3, "typed, in the question for the password, in the answer"
    assert "Next: `optout run`." in shown
    assert f"The password of {ACCOUNT} is in the keyring" in " ".join(shown.split())


def test_logout_says_what_was_there(optout: RunOptout) -> None:
    """A password alone is called a password, and nothing is called nothing."""
    login(optout)
    words = ["logout", "--account", ACCOUNT]
    assert optout(*words, site="http://127.0.0.1:9").stdout == f"Forgotten: the password of {ACCOUNT}.\n"
    assert optout(*words, site="http://127.0.0.1:9").stdout == f"Nothing was kept for {ACCOUNT}.\n"
    ended = optout("logout", site="http://127.0.0.1:9")
    assert ended.returncode == 5
    assert one_sentence(ended) == "optout: Nothing is kept: no account is known on this computer."


def test_status_of_an_account_that_nobody_knows(optout: RunOptout) -> None:
    """A slip in the address is told from an account that was not visited yet."""
    login(optout)
    assert "no visit yet: run `optout run`" in optout("status").stdout
    told = optout("status", "--account", "tpyo@example.org")
    assert (told.returncode, "not known here" in told.stdout) == (0, True)
    assert "`optout login --account tpyo@example.org`" in told.stdout


@pytest.mark.parametrize(
    ("words", "option"),
    [(["login"], "--account"), (["login", "--account", ACCOUNT], "--password-stdin")],
    ids=["account", "password"],
)
def test_a_question_needs_a_terminal(words: list[str], option: str, optout: RunOptout) -> None:
    """Nobody is there to be asked: the sentence names what to give instead."""
    ended = optout(*words)
    assert ended.returncode == 2
    assert option in ended.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    "text", ["", "\n", "x" * 1025, "one\ntwo\n"], ids=["empty", "only a line end", "too long", "two lines"]
)
def test_an_odd_password_is_refused_and_nothing_stored(text: str, optout: RunOptout, home: Path) -> None:
    """What cannot be a password is neither stored nor shown."""
    ended = optout("login", "--account", ACCOUNT, "--password-stdin", input=text)
    assert ended.returncode == 2
    assert "Nothing was stored." in ended.stderr
    assert "xxxx" not in ended.stderr
    assert not (home / "state" / "accounts.json").exists()


@pytest.mark.parametrize("account", ["me", "me@", "@example.org", "a b@example.org", "a@b@c"])
def test_what_is_no_address_is_no_account(account: str, optout: RunOptout) -> None:
    """A slip in the address shows before anything is stored."""
    ended = optout("login", "--account", account, "--password-stdin", input="secret\n")
    assert ended.returncode == 2
    one_sentence(ended)


SPACED = "  two words and a tab\t "


# Says whether the password that is kept for argv[1] is argv[2].
COMPARE = """
import sys
from optout import credentials
kept = credentials.open_vault(practice=True, unattended=True).password(sys.argv[1])
print(kept == credentials.Secret(sys.argv[2]))
"""


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_password_is_kept_to_the_letter(
    end: str, optout: RunOptout, python: RunPython, keyring: SecretService
) -> None:
    """Of standard input one line end is taken off and no more: blanks belong to the password."""
    words = ["login", "--account", ACCOUNT, "--password-stdin"]
    assert optout(*words, input=SPACED + end, site="http://127.0.0.1:9").returncode == 0
    kept = python(COMPARE, ACCOUNT, SPACED, DBUS_SESSION_BUS_ADDRESS=keyring.address)
    assert kept.stdout == "True\n"


def test_a_typed_password_is_kept_to_the_letter(
    command_environment: dict[str, str], python: RunPython, keyring: SecretService
) -> None:
    """At the hidden prompt, too, blanks belong to the password; nothing of it is shown."""
    environment = command_environment | {"OPTOUT_SITE": "http://127.0.0.1:9"}
    shown = at_a_prompt(["login", "--account", ACCOUNT], environment, ("(not shown): ", SPACED))
    assert f"Next: `optout run --account {ACCOUNT}`." in shown
    assert "two words" not in shown
    kept = python(COMPARE, ACCOUNT, SPACED, DBUS_SESSION_BUS_ADDRESS=keyring.address)
    assert kept.stdout == "True\n"


def test_upper_and_lower_case_are_one_account(optout: RunOptout, home: Path) -> None:
    """Who types the address in another way is the same person: no warning, no second account, one logout."""
    login(optout)
    again = login(optout, account=ACCOUNT.title())
    assert (again.returncode, again.stderr) == (0, "")
    names = home / "state" / "accounts.json"
    assert json.loads(names.read_text()) == {"accounts": [ACCOUNT]}
    names.write_text(json.dumps({"accounts": [ACCOUNT, ACCOUNT.upper(), "second@example.org"]}))
    told = optout("status", "--json").json["accounts"]
    assert [each["account"] for each in told] == [ACCOUNT, "second@example.org"]
    assert optout("logout", "--account", ACCOUNT.upper(), site="http://127.0.0.1:9").returncode == 0
    assert json.loads(names.read_text()) == {"accounts": ["second@example.org"]}


@pytest.mark.parametrize("display", [None, ":99"])
def test_a_window_without_a_person_is_refused_at_once(display: str | None, optout: RunOptout) -> None:
    """`--browser` waits for somebody who signs in; with `--no-input` there is nobody."""
    ended = optout("login", "--browser", "--no-input", "--account", ACCOUNT, env={"DISPLAY": display})
    assert ended.returncode == 2
    assert "--no-input" in one_sentence(ended)


def test_what_is_no_account_folder_is_passed_over(optout: RunOptout, home: Path) -> None:
    """Whatever else lies among the evidence, `status` tells of the accounts, and of nothing else."""
    evidence = home / "evidence"
    names = ["x" * 210, "lost+found", ".Trash-1000", "copy of me@example.org", "%FF@example.org", "a@b@c"]
    for name in [*names, "Capital@example.org", "me@example.org"]:
        (evidence / name).mkdir(parents=True)
    (evidence / "file@example.org").touch()
    ended = optout("status", "--json")
    assert ended.returncode == 0, ended.stderr
    assert [each["account"] for each in ended.json["accounts"]] == ["me@example.org"]


def test_login_warns_once_and_logout_forgets(optout: RunOptout, home: Path) -> None:
    """The first login says what the user agreement says; logout leaves nothing to sign in with."""
    first, second = login(optout), login(optout)
    assert first.returncode == second.returncode == 0
    assert "User Agreement (8.2)" in first.stderr
    assert first.stderr.count("\nhttps://") == 2
    assert second.stderr == ""
    names = home / "state" / "accounts.json"
    assert json.loads(names.read_text()) == {"accounts": [ACCOUNT]}
    assert stat.S_IMODE(names.stat().st_mode) == 0o600
    assert "Forgotten" in optout("logout", site="http://127.0.0.1:9").stdout
    assert optout("run", site="http://127.0.0.1:9").returncode == 5


def test_a_home_that_is_a_file_is_said(optout: RunOptout, tmp_path: Path) -> None:
    """No folder can be made there: one sentence, no traceback."""
    file = tmp_path / "file"
    file.touch()
    ended = optout("login", "--account", ACCOUNT, "--password-stdin", home=file, input="secret\n")
    assert ended.returncode in {1, 2}
    assert str(file) in one_sentence(ended)


def test_a_fault_of_the_system_is_one_sentence(optout: RunOptout, home: Path) -> None:
    """A folder where a file should be is nothing the program foresaw: code 1, and still one sentence."""
    (home / "state" / "accounts.json").mkdir(parents=True)
    ended = optout("status", "--json")
    assert ended.returncode == ended.json["exit_code"] == 1
    assert "accounts.json" in one_sentence(ended)


def test_damaged_names_are_said(optout: RunOptout, home: Path) -> None:
    """A broken list of accounts names itself and what to do."""
    (home / "state").mkdir(parents=True)
    (home / "state" / "accounts.json").write_text("{")
    ended = optout("run")
    assert ended.returncode == 2
    assert "accounts.json is damaged" in one_sentence(ended)


@pytest.mark.parametrize(
    "origin", ["https://example.org", "http://192.0.2.1:80", "ftp://127.0.0.1:21", "nonsense"]
)
def test_no_other_site_gets_a_password(origin: str, optout: RunOptout) -> None:
    """Only the real site and loopback are accepted, and the sentence says so."""
    ended = optout("run", "--account", ACCOUNT, site=origin)
    assert ended.returncode == 2
    assert "OPTOUT_SITE" in one_sentence(ended)


def test_a_reader_that_leaves_changes_nothing(command_environment: dict[str, str]) -> None:
    """`optout settings | head -1` ends in 0 without a word of complaint."""
    with subprocess.Popen(
        [sys.executable, "-m", "optout", "settings"],
        env=command_environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        process.stdout.close()  # type: ignore[union-attr]  # a pipe, as asked for
        assert process.stderr.read() == b""  # type: ignore[union-attr]  # a pipe, as asked for
        assert process.wait() == 0


@pytest.mark.parametrize("no_color", ["", "1"])
def test_colour_is_for_terminals_that_want_it(no_color: str, command_environment: dict[str, str]) -> None:
    """On a terminal names are bold, unless NO_COLOR is set."""
    shown = on_a_terminal(["settings"], command_environment | {"NO_COLOR": no_color, "TERM": "xterm"})
    assert ("\x1b[" in shown) is (no_color == "")
