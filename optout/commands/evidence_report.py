"""`optout evidence report`: write one page that a person can read."""

import os
import secrets
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import click

from optout.commands import answer, folding, words
from optout.commands.evidence_audit import own_store
from optout.errors import UsageProblem


@click.command(
    "report",
    short_help="Write one page that a person can read.",
    epilog="""\b
Examples:
  optout evidence report
  optout evidence report --out report.html --replace
""",
)
@click.option("--out", type=click.Path(path_type=Path), help="Where to; default optout-report.html here.")
@click.option("--replace", is_flag=True, help="Write over a file that is there already.")
@words.shared("account", "quiet")
@click.pass_obj
def command(asked: answer.Asked, said: words.Words, out: Path | None, replace: bool) -> int:
    """Write one HTML page with the findings, the pictures and the head of your evidence.

    The page stands alone: no script, nothing loaded from elsewhere. It names the account and shows
    pictures of its pages, so it is written for your eyes only (mode 0600).
    """
    config = words.configuration(said)
    store = own_store(asked, config)
    target = (out or Path("optout-report.html")).absolute()
    if target.resolve().is_relative_to(config.folders.evidence.resolve()):
        raise UsageProblem(
            f"{target} lies in the evidence, which holds nothing but runs.",
            "Choose another place with `--out`.",
        )
    if target.exists() and not replace:
        raise UsageProblem(
            f"{target} is there already.", "Add `--replace`, or choose another name with `--out`."
        )
    write(store, target)
    if not said.quiet:
        answer.say(folding.whole(target))
    return 0


def write(store: Path, target: Path) -> None:
    """Given a store and where to, write the report of the store there, whole or not at all, mode 0600.

    Raise UsageProblem if the store holds no run or the place cannot be written to.
    """
    from optout.evidence import ledger, report

    if ledger.head(store) is None:
        raise UsageProblem("There is no evidence yet.", "Run `optout run` or `optout check` first.")
    page = report.render(store, now=datetime.now(UTC), runs=_address(store / "runs", target.parent))
    place(target, page.encode("utf-8"), "Choose another place with `--out`.")


def place(target: Path, content: bytes, hint: str) -> None:
    """Given where to and a content, write it there, whole or not at all, mode 0600.

    Raise UsageProblem, with the hint, if the place cannot be written to.
    """
    from optout.evidence import disk

    neighbour = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    trouble: OSError | None = None
    try:
        disk.write_new(neighbour, content)
        neighbour.replace(target)
        disk.flush_folder(target.parent)
    except OSError as error:
        trouble = error
    if trouble is not None:
        with suppress(OSError):
            neighbour.unlink()
        raise UsageProblem(f"{target} cannot be written: {os.strerror(trouble.errno or 0)}.", hint)


def _address(folder: Path, start: Path) -> str:
    """Given a folder and where a page lies, return the folder's address as the page links to it."""
    from urllib.parse import quote

    try:
        return quote(Path(os.path.relpath(folder.resolve(), start.resolve())).as_posix())
    except ValueError:  # on another drive
        return folder.resolve().as_uri()
