"""systemd: a timer and a service of the user's own, which run while the user is logged on."""

import os
from pathlib import Path

from optout.schedule.plan import DAYS, JITTER, Plan
from optout.schedule.program import call, obey

NAME = "optout-check"


def folder() -> Path:
    """Return where this user's units lie."""
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "systemd" / "user"


def texts(plan: Plan) -> dict[str, str]:
    """Given a plan, return the two units by path.

    No sandboxing of the unit: Chromium needs namespaces and memory that it may both write and run. Exit code
    75 is tried again after two hours, and so it cannot be called a success: the next look is a week away.
    """
    call_line = " ".join(_quoted(word) for word in plan.command)
    settings = "".join(f"Environment={_quoted(f'{name}={value}')}\n" for name, value in plan.variables)
    service = (
        "[Unit]\nDescription=Look whether the LinkedIn settings stayed off\n"
        "StartLimitIntervalSec=1d\nStartLimitBurst=4\n\n"
        f"[Service]\nType=oneshot\nExecStart={call_line}\n{settings}"
        "Restart=on-failure\nRestartPreventExitStatus=1 2 3 4 5 6\nRestartSec=2h\n"
        "TimeoutStartSec=15min\nNice=10\nUMask=0077\n"
    )
    timer = (
        f"[Unit]\nDescription=Recurring check of the LinkedIn settings\n\n"
        f"[Timer]\nOnCalendar={calendar(plan)}\nPersistent=true\n"
        f"RandomizedDelaySec={int(JITTER.total_seconds())}\nFixedRandomDelay=true\n\n"
        "[Install]\nWantedBy=timers.target\n"
    )
    return {str(folder() / f"{NAME}.service"): service, str(folder() / f"{NAME}.timer"): timer}


def calendar(plan: Plan) -> str:
    """Given a plan, return its times as OnCalendar says them."""
    clock = plan.clock.strftime("%H:%M:00")
    match plan.every:
        case "weekly":
            return f"{DAYS[plan.day or 0].capitalize()} *-*-* {clock}"
        case "monthly":
            return f"*-*-{plan.day:02} {clock}"
    return f"*-*-* {clock}"


def _quoted(word: str) -> str:
    # systemd.syntax(7): % begins a specifier, $ a variable, a quoted word has C escapes.
    marked = word.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    marked = marked.replace("%", "%%")
    return f'"{marked}"' if "=" in word and not word.startswith("-") else f'"{marked.replace("$", "$$")}"'


def install(plan: Plan) -> None:
    """Given a plan, write the units and start the timer. Raise SchedulerRefused if systemd does not run."""
    obey(["systemctl", "--user", "show-environment"])
    for path, text in texts(plan).items():
        file = Path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8", newline="\n")
    obey(["systemctl", "--user", "daemon-reload"])
    obey(["systemctl", "--user", "enable", "--now", f"{NAME}.timer"])


def remove() -> None:
    """Stop the timer and delete the units, whether systemd runs or not."""
    files = [folder() / f"{NAME}.{kind}" for kind in ("timer", "service")]
    if not any(file.exists() for file in files):
        return
    call(["systemctl", "--user", "disable", "--now", f"{NAME}.timer"])
    for file in files:
        file.unlink(missing_ok=True)
    call(["systemctl", "--user", "daemon-reload"])


def start_trial(plan: Plan) -> None:
    """Given a plan for one call, have this user's systemd start it now."""
    settings = [f"--setenv={name}={value}" for name, value in plan.variables]
    words = [word.replace("$", "$$") for word in plan.command]  # else a variable of systemd's own
    obey(["systemd-run", "--user", "--collect", f"--unit={NAME}-trial", *settings, "--", *words])


def end_trial(plan: Plan) -> None:
    """Stop what `start_trial` started, if it still runs."""
    call(["systemctl", "--user", "stop", f"{NAME}-trial.service"])


def standing(plan: Plan) -> str:
    """Given a plan, return "there", "gone" or "changed"."""
    expected = texts(plan)
    if not all(Path(path).is_file() for path in expected):
        return "gone"
    same = all(Path(path).read_text(encoding="utf-8") == text for path, text in expected.items())
    return "there" if same else "changed"
