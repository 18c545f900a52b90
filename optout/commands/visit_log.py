"""What the log says of a visit: enough to see how it ended and why, with nothing that says whose it was."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from optout.errors import Outcome

if TYPE_CHECKING:
    from optout.errand import Visit


def note(visited: "Visit", command: str) -> None:
    """Given a visit that ended and the command that made it, log pages, findings and ending."""
    from loguru import logger

    level = "INFO" if visited.outcome is Outcome.GOOD else "WARNING"
    for line in told(visited, command):
        logger.log(level, "{}", line)


def told(visited: "Visit", command: str) -> Iterator[str]:
    """Given a visit and its command, yield its lines: each page, each finding, trouble, ending.

    The pages are those of the sealed run, which names nobody: addresses there have neither query nor name.
    """
    from optout.linkedin import address

    sealed = visited.sealed
    if sealed is not None:
        for step in _steps(sealed.path / "run.json"):
            asked, shown = (urlsplit(str(step.get(name) or "")).path for name in ("asked", "shown"))
            kind = address.path_state(
                str(step.get("shown") or ""), address.origin_in(str(step.get("asked") or ""))
            )
            failure = f", {step['failure']}" if step.get("failure") else ""
            setting = step.get("setting") or "no setting"
            came = f"{asked} became {shown} ({kind}), status {step.get('status')}{failure}"
            yield f"{step['did']} for {setting}: {came}"
    for finding in visited.findings:
        readings = f"{finding.before.reading.value} then {finding.after.reading.value}"
        cause = f", cause {finding.after.cause.name.lower()}" if finding.after.cause else ""
        yield f"{finding.name}: {readings}, {finding.verdict.value}{cause}: {finding.reason}"
    if visited.trouble:
        yield f"trouble: {visited.trouble}"
    run_name = sealed.run if sealed else "not sealed"
    yield f"{command} ended {visited.outcome.word}, exit code {visited.outcome.exit_code}, run {run_name}"


def _steps(path: Path) -> list[dict[str, object]]:
    """Given the record of a run, return its steps; none if it cannot be read: the visit still counts."""
    try:
        run = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    steps = run.get("steps")
    return steps if isinstance(steps, list) else []
