"""`optout evidence report`: write one page that a person can read."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from optout.commands import answer, folding, placing, words
from optout.commands.evidence_audit import audited, own_store
from optout.errors import EvidenceDamaged, UsageProblem

if TYPE_CHECKING:
    from optout.config import Config
    from optout.evidence.audit import Audit

ANOTHER_PLACE = "Choose another place with `--out`."
NAMES = {"en": "optout-report", "fr": "optout-rapport"}
# Nobody should take the one for the other, or for the evidence.
ABOUT_PDF = "This PDF is for reading: it is no PDF/A and no part of the evidence."


@click.command(
    "report",
    short_help="Write one page that a person can read.",
    epilog="""\b
Examples:
  optout evidence report
  optout evidence report --lang fr --pdf
  optout evidence report --out report.html --replace
  optout evidence report ./received
""",
)
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--lang", type=click.Choice(list(NAMES)), default="en", help="English (en) or French (fr).")
@click.option("--pdf", is_flag=True, help="A PDF for paper instead; needs a browser, makes no request.")
@click.option("--out", type=click.Path(path_type=Path), help="Where to; default optout-report.html here.")
@click.option("--replace", is_flag=True, help="Write over a file that is there already.")
@words.shared("account", "quiet")
@click.pass_obj
def command(  # noqa: PLR0913 - one for each word of the command line
    asked: answer.Asked,
    said: words.Words,
    path: Path | None,
    lang: str,
    pdf: bool,
    out: Path | None,
    replace: bool,
) -> int:
    """Write one HTML page with the findings, the pictures and the head of the evidence in PATH, or your own.

    The page stands alone: no script, nothing loaded from elsewhere. It names the account and shows
    pictures of its pages, so it is written for your eyes only (mode 0600). PATH is the folder that
    holds runs/, as you received it, or an unpacked hand-over. A PDF is tagged and has an outline; it
    is no PDF/A. Evidence that does not hold is reported all the same, with what fails first: exit 6.
    """
    config = words.configuration(said)
    store = received(path) if path else own_store(asked, config)
    target = placing.free(
        out or Path(NAMES[lang] + (".pdf" if pdf else ".html")),
        replace=replace,
        not_in=(config.folders.evidence, store),
        another=ANOTHER_PLACE,
    )
    if target.suffix.lower() == ".pdf" and not pdf:
        raise UsageProblem(f"{target} would be a page, not a PDF.", "Add `--pdf`, or name it `.html`.")
    found = _audit(store, config)
    if pdf:
        words.logged(config, said, asked)
        from optout.browser import paper

        placing.write(target, paper.pdf(page(store, None, lang, found), choice=config.browser), ANOTHER_PLACE)
    else:
        write(store, target, lang, found)
    if not said.quiet:
        answer.say(folding.whole(target))
        if pdf:
            answer.say(ABOUT_PDF)
    failing = [check.name for check in found.checks if check.result == "fails"]
    if failing:
        raise EvidenceDamaged(
            f"The evidence does not hold ({', '.join(failing)}), as the report says.",
            "Run `optout evidence audit`.",
        )
    return 0


def _audit(store: Path, config: "Config") -> "Audit":
    """Given a store, audit it with what this computer remembers of it, if that can be understood."""
    from optout.evidence import audit
    from optout.evidence.audit_told import Told

    try:
        return audited(store, config, head=None, told=Told())
    except EvidenceDamaged:
        return audit.audit(store)


def received(path: Path) -> Path:
    """Given a folder that was received, return the one in it that holds `runs`: itself, or its `data`.

    Raise UsageProblem if neither does.
    """
    if path.is_file():
        raise UsageProblem(f"{path} is a file.", "Unpack it, then give the folder that comes out.")
    for folder in (path, path / "data"):
        if (folder / "runs").is_dir():
            return folder
    raise UsageProblem(f"There is no evidence in {path}.", "Give the folder that holds `runs`.")


def write(store: Path, target: Path, lang: str = "en", found: "Audit | None" = None) -> None:
    """Given a store, where to and what `page` takes, write the report there, whole or not at all, mode 0600.

    Raise UsageProblem if the store holds no run or the place cannot be written to.
    """
    placing.write(target, page(store, target.parent, lang, found).encode("utf-8"), ANOTHER_PLACE)


def page(store: Path, beside: Path | None, lang: str, found: "Audit | None" = None) -> str:
    """Given a store, the folder in which the page will lie, a language and an audit, return the report.

    Without an audit one is made. Without a folder it links to no file: a PDF travels alone. Raise
    UsageProblem if the store holds no run.
    """
    from optout.evidence import chain, report

    if next(chain.runs(store), None) is None:
        raise UsageProblem("There is no evidence yet.", "Run `optout run` or `optout check` first.")
    runs = _address(store / "runs", beside) if beside else None
    return report.render(store, now=datetime.now(UTC), runs=runs, lang=lang, found=found)


def _address(folder: Path, start: Path) -> str:
    """Given a folder and where a page lies, return the folder's address as the page links to it."""
    from urllib.parse import quote

    try:
        return quote(Path(os.path.relpath(folder.resolve(), start.resolve())).as_posix())
    except ValueError:  # on another drive
        return folder.resolve().as_uri()
