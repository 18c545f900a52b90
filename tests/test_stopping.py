"""Ctrl-C, SIGTERM and SIGHUP end a command in order: one sentence, the JSON object, no browser left."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from at_the_prompt import login
from calling import RunOptout, RunPython, StartPractice

PATIENCE = 10.0  # seconds that processes have to be gone
SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
# All signals are as in a shell: whoever runs the tests may ignore some.
FREED = f"""
import os, signal, sys
for number in {[int(each) for each in SIGNALS]}:
    signal.signal(number, signal.SIG_DFL)
"""
# Becomes the command.
FRESH = f"""{FREED}
os.execv(sys.executable, [sys.executable, "-m", "optout", *sys.argv[1:]])
"""


def stopped(
    environment: dict[str, str], words: list[str], *numbers: signal.Signals
) -> tuple[int, str, list[str]]:
    """Send signals to the command once it reads; return exit code, stdout and what came on stderr then."""
    with subprocess.Popen(
        [sys.executable, "-c", FRESH, *words],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "reading 1 of 2" in line:
                break
        for number in numbers:
            process.send_signal(number)
            threading.Event().wait(0.1)  # two of a kind at the same moment arrive as one
        stdout, stderr = process.communicate(timeout=60)
    return process.returncode, stdout, stderr.splitlines()


def processes_of(home: Path) -> list[str]:
    """Return the command lines of all processes that have this OPTOUT_HOME in their environment."""
    mark = f"OPTOUT_HOME={home}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


@pytest.mark.parametrize(
    "numbers",
    [*([each] for each in SIGNALS), [signal.SIGTERM] * 3, [signal.SIGHUP, signal.SIGTERM]],
    ids=lambda numbers: "-".join(each.name for each in numbers),
)
def test_a_signal_ends_a_visit_in_order(
    numbers: list[signal.Signals],
    optout: RunOptout,
    practice: StartPractice,
    command_environment: dict[str, str],
    home: Path,
) -> None:
    """In the middle of a visit: 128 and the signal, a whole object, one last sentence, nothing left running.

    A second and third signal at once, as `timeout` and a closing terminal send them, change nothing.
    """
    site = practice("late")
    login(optout, site)
    environment = command_environment | {"OPTOUT_SITE": site.origin, "OPTOUT_TIMEOUT": "20"}
    code, stdout, stderr = stopped(environment, ["run", "--json", "--no-input"], *numbers)
    answer = json.loads(stdout)
    assert code == answer["exit_code"] == 128 + numbers[0]
    assert (answer["schema"], answer["outcome"]) == ("optout.visit/1", "fault")
    assert {each["verdict"] for each in answer["settings"]} == {"unreadable"}
    assert "stopped before its end" in answer["settings"][0]["reason"]
    assert (Path(answer["evidence"]["path"]) / "SHA256SUMS").is_file()
    assert answer["trouble"] in stderr[-1]
    assert not any("Traceback" in line or "Exception" in line for line in stderr)
    assert stderr[-1].startswith("optout: Stopped")
    (account,) = optout("status", "--json").json["accounts"]
    assert account["last_visit"]["run"] == answer["evidence"]["run"]
    assert account["evidence"]["head"] == answer["evidence"]["head"]
    assert (account["last_visit"]["command"], account["last_visit"]["outcome"]) == ("run", "fault")
    shown = optout("status").stdout
    assert shown.count("not reached: ") == 1
    assert "UTC, optout run: stopped before its end" in shown
    assert not list(home.glob("evidence/*/runs/.tmp-*"))
    tick = threading.Event()
    for _ in range(int(PATIENCE / 0.1)):
        if not processes_of(home):
            break
        tick.wait(0.1)
    assert processes_of(home) == []


def test_the_search_for_processes_finds_one(home: Path) -> None:
    """The twin of the test above: a process of that home is seen while it runs."""
    environment = os.environ | {"OPTOUT_HOME": str(home)}
    with subprocess.Popen(["cat"], env=environment, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL):
        assert processes_of(home) == ["cat "]


BRAKE = """
import os, signal, sys
from optout.commands import answer, stopping
signal.signal(signal.SIGHUP, signal.SIG_IGN)
signal.signal(signal.SIGTERM, signal.SIG_DFL)
stopping.PATIENCE = float(sys.argv[1])
brake = stopping.install()
def send(number):
    try:
        os.kill(os.getpid(), number)
    except KeyboardInterrupt:
        print("stopped", brake.exit_code, flush=True)
"""


@pytest.mark.parametrize(
    ("patience", "steps", "shown", "code"),
    [
        ("60", "send(signal.SIGTERM); send(signal.SIGTERM)", "stopped 143\n", 0),
        ("0", "send(signal.SIGTERM); send(signal.SIGTERM)", "stopped 143\nstopped 143\n", 0),
        ("60", "send(signal.SIGHUP)", "", 0),
        ("60", "answer.say_json({}); send(signal.SIGTERM)", "{}\n", 0),
        ("0", "answer.say_json({}); send(signal.SIGTERM); print('never')", "{}\n", 143),
    ],
    ids=["again at once", "again later", "ignored as by nohup", "while answering", "long after the answer"],
)
def test_only_the_first_signal_stops(
    patience: str, steps: str, shown: str, code: int, python: RunPython
) -> None:
    """A repeated signal cuts off no sealing and no answer; only what hangs is ended by a later one."""
    ended = python(BRAKE + steps, patience)
    assert (ended.stdout, ended.stderr, ended.returncode) == (shown, "", code)


def test_a_thread_installs_nothing(python: RunPython) -> None:
    """Whoever calls the program from a thread of their own keeps their handlers."""
    ended = python(
        "import signal, threading; from optout.commands import stopping;"
        "thread = threading.Thread(target=stopping.install); thread.start(); thread.join();"
        "print(isinstance(signal.getsignal(signal.SIGTERM), stopping.Brake))"
    )
    assert (ended.stdout, ended.stderr) == ("False\n", "")


BROWSER = """
import http.server, threading
from optout.browser.window import open_window
from optout.commands import stopping

class Page(http.server.SimpleHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<!doctype html><img src=/x>")
    def log_message(self, *words):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
threading.Thread(target=server.serve_forever, daemon=True).start()
stopping.install()
sent = []

def in_the_middle(_request):
    if not sent:
        sent.append(os.kill(os.getpid(), signal.SIGINT))
        print("went on", flush=True)

try:
    with open_window(choice=None, headed=False, cookies=[], timeout=5) as window:
        window.page.on("request", in_the_middle)
        window.page.goto(f"http://127.0.0.1:{server.server_port}/")
        window.page.wait_for_timeout(5000)
        print("not stopped", flush=True)
except KeyboardInterrupt:
    print("stopped", flush=True)
"""


def test_a_signal_breaks_nothing_that_reads_from_the_browser(
    command_environment: dict[str, str], tmp_path: Path
) -> None:
    """A signal while Playwright reads a message stops the visit, not the reading."""
    script = tmp_path / "stopped.py"
    script.write_text(FREED + BROWSER)
    ended = subprocess.run(
        [sys.executable, str(script)],
        env=command_environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.stdout, ended.returncode) == ("went on\nstopped\n", 0)
