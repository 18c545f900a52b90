"""`optout evidence export`: one ZIP for the data protection officer."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from optout.commands import answer, folding, placing, words
from optout.commands.evidence_audit import audited, own_store
from optout.errors import EvidenceDamaged

if TYPE_CHECKING:
    from optout.config import Config
    from optout.evidence.handover import Packed

ANOTHER_PLACE = "Choose another place with `--out`."


@click.command(
    "export",
    short_help="Pack everything into one ZIP that others can check.",
    epilog="""\b
Examples:
  optout evidence export
  optout evidence export --withhold identity --out for-the-dpo.zip
""",
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="Where to; default optout-evidence-DAY.zip here."
)
@click.option("--replace", is_flag=True, help="Write over a file that is there already.")
@click.option(
    "--withhold",
    type=click.Choice(["identity", "pictures"]),
    multiple=True,
    help="Keep back whose account it is (account.json, pictures of whole pages), or all pictures.",
)
@click.option("--recipient", metavar="TEXT", help="Who gets it; stands in handover.json.")
@click.option("--purpose", metavar="TEXT", help="What for; stands in handover.json.")
@click.option("--date", "dated", is_flag=True, help="Write today's date into it.")
@words.shared("account", "quiet")
@click.pass_obj
def command(
    asked: answer.Asked,
    said: words.Words,
    /,
    out: Path | None,
    replace: bool,
    dated: bool,
    **wishes: tuple[str, ...] | str | None,
) -> int:
    """Pack the runs, a report in English and French, a table and instructions for stock tools into one ZIP.

    It is a BagIt bag, and comes with its SHA-256 beside it. Packing the same evidence again gives the same
    bytes, on any day, unless --date is said. What is withheld is named in it, and its checksums stay, so that
    the chain can still be checked. The evidence is audited first: if it does not hold, nothing is packed.
    """
    from optout.evidence import handover, lock

    config = words.configuration(said)
    store = own_store(asked, config)
    target = _target(config, store, out, replace=replace)
    day = f"{datetime.now(UTC):%Y-%m-%d}" if dated else None
    with lock.hold(config.folders.state, asked.account or "", command="export"):
        refuse_damaged(store, config, "packed")
        packed = handover.export(store, target, handover.Wish(day=day, **wishes))  # type: ignore[arg-type]
    if not said.quiet:
        for line in _told(packed, store):
            answer.say(line)
    return 0


def refuse_damaged(store: Path, config: "Config", done: str) -> None:
    """Given a store and what was to be done ("packed"), audit it. Raise EvidenceDamaged if it fails."""
    from optout.evidence.audit_told import Told

    found = audited(store, config, head=None, told=Told())
    failing = [check.name for check in found.checks if check.result == "fails"]
    if failing:
        raise EvidenceDamaged(
            f"The evidence does not hold ({', '.join(failing)}), so it was not {done}.",
            f"`optout evidence audit` says what is wrong; what there is lies in {folding.whole(store)}.",
        )


def _target(config: "Config", store: Path, out: Path | None, *, replace: bool) -> Path:
    from optout.evidence import handover

    name = f"{handover.name_of(store)}.zip"
    asked = out or Path(name)
    asked = asked / name if asked.is_dir() else asked
    folders = (config.folders.evidence,)
    placing.free(
        asked.with_name(f"{asked.name}.sha256"), replace=replace, not_in=folders, another=ANOTHER_PLACE
    )
    return placing.free(asked, replace=replace, not_in=folders, another=ANOTHER_PLACE)


def _told(packed: "Packed", store: Path) -> list[str]:
    from optout.evidence import head

    absent = f"; {packed.absent} files are declared absent" if packed.absent else ""
    return [
        folding.whole(packed.path),
        f"  runs      {packed.runs}{absent}",
        f"  sha256    {packed.digest}",
        f"  head      {head.line(store)}",
        "  Tell the receiver the SHA-256 and the head by another way than the file.",
    ]
