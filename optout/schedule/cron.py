"""cron: one line between two marker lines; every other byte of the crontab stays as it is.

cron calls nothing for a time at which the computer was off. So its line calls every hour, at the minute of
the plan, and the check ends at once unless one is due.
"""

import os
import shlex

from optout.errors import UsageProblem
from optout.schedule.plan import Plan
from optout.schedule.program import SchedulerRefused, call, obey

BEGIN = b"# optout schedule: begin (made by `optout schedule install`)"
UNENDED = b" (the line before had no end)"
END = b"# optout schedule: end"
TRIAL_TIMES = "* * * * *"


def session_variables() -> tuple[tuple[str, str], ...]:
    """Return the variables by which a call of cron, which has neither, finds this user's keyring."""
    runtime = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    return ("XDG_RUNTIME_DIR", runtime), ("DBUS_SESSION_BUS_ADDRESS", f"unix:path={runtime}/bus")


def line(plan: Plan, *, times: str = "") -> str:
    """Given a plan, return its line, with `times` instead of its own if given.

    Raise UsageProblem if a word holds a line break, which no crontab can say.
    """
    times = times or f"{plan.clock.minute} * * * *"
    settings = [f"{name}={value}" for name, value in plan.variables]
    # Through env, as SHELL may be set to a shell that has other words for this.
    call_line = shlex.join(["/usr/bin/env", *settings, *plan.command])
    if "\n" in call_line or "\r" in call_line:
        raise UsageProblem("A crontab cannot hold a path with a line break.", "Name another --backend.")
    return f"{times} {call_line.replace('%', chr(92) + '%')}"


def without(crontab: bytes) -> bytes:
    """Given a crontab, return it as it was before `with_line`. Raise UsageProblem if a marker is missing."""
    lines = _split(crontab)
    begins = [n for n, each in enumerate(lines) if each.rstrip(b"\n") in (BEGIN, BEGIN + UNENDED)]
    ends = [n for n, each in enumerate(lines) if each.rstrip(b"\n") == END]
    if not begins and not ends:
        return crontab
    if len(begins) != 1 or len(ends) != 1 or ends < begins:
        raise UsageProblem(
            "The marker lines in the crontab were changed; nothing was touched.",
            "Delete the lines of optout with `crontab -e`.",
        )
    before = b"".join(lines[: begins[0]])
    if lines[begins[0]].rstrip(b"\n") == BEGIN + UNENDED:
        before = before.removesuffix(b"\n")
    return before + b"".join(lines[ends[0] + 1 :])


def _split(crontab: bytes) -> list[bytes]:
    # Not splitlines: a carriage return ends no line of a crontab.
    return [part + b"\n" for part in crontab.split(b"\n")[:-1]] + [crontab.rpartition(b"\n")[2]]


def with_line(crontab: bytes, text: str) -> bytes:
    """Given a crontab and a line, return it with the line between the markers at its end."""
    bare = without(crontab)
    unended = bool(bare) and not bare.endswith(b"\n")
    begin = b"\n" + BEGIN + UNENDED if unended else BEGIN
    return bare + begin + b"\n" + text.encode() + b"\n" + END + b"\n"


def read() -> bytes:
    """Return this user's crontab; empty if there is none. Raise SchedulerRefused if it cannot be read."""
    ended = call(["crontab", "-l"])
    if ended.returncode and b"no crontab for" not in ended.stderr:
        said = " ".join(ended.stderr.decode(errors="replace").split())
        raise SchedulerRefused(f"`crontab -l` refused: {said}.", "Name another scheduler with --backend.")
    return b"" if ended.returncode else ended.stdout


def write(crontab: bytes) -> None:
    """Given the bytes of a crontab, make them this user's; none at all if empty."""
    obey(["crontab", "-"] if crontab else ["crontab", "-r"], crontab)


def texts(plan: Plan) -> dict[str, str]:
    """Given a plan, return what would be written, by place."""
    return {"crontab": "\n".join([BEGIN.decode(), line(plan), END.decode(), ""])}


def install(plan: Plan) -> None:
    """Given a plan, put its line into the crontab, in place of an earlier one."""
    write(with_line(read(), line(plan)))


def remove() -> None:
    """Take the line out; a crontab without it is not written."""
    old = read()
    if (bare := without(old)) != old:
        write(bare)


def start_trial(plan: Plan) -> None:
    """Given a plan for one call, have cron start it each full minute until `end_trial`."""
    write(with_line(read(), line(plan, times=TRIAL_TIMES)))


def end_trial(plan: Plan) -> None:
    """Given the kept plan, have its own line stand there again."""
    install(plan)


def standing(plan: Plan) -> str:
    """Given a plan, return "there", "gone" or "changed"."""
    old = read()
    if BEGIN not in old and END not in old:
        return "gone"
    block = BEGIN + b"\n" + line(plan).encode() + b"\n" + END + b"\n"
    marked = block.replace(BEGIN, BEGIN + UNENDED, 1)
    return "there" if block in old or marked in old else "changed"
