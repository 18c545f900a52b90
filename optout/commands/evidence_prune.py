"""`optout evidence prune`: let old pictures go, and say so in a sealed run."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from optout.commands import answer, words
from optout.commands.evidence_audit import own_store
from optout.commands.evidence_export import refuse_damaged
from optout.errors import UsageProblem

if TYPE_CHECKING:
    from optout.config import Config
    from optout.evidence.prune import Plan
    from optout.evidence.seal import Means
    from optout.secret import SigningKey


@click.command(
    "prune",
    short_help="Remove old pictures; the chain still holds.",
    epilog="""\b
Examples:
  optout evidence prune
  optout evidence prune --keep 12m --captures --yes
""",
)
@click.option(
    "--keep", metavar="SPAN", default="36m", help="How long pictures stay: 36m (the default), 3y, 90d."
)
@click.option("--captures", is_flag=True, help="Remove the texts and network records of the pages as well.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Say what would go, and change nothing.")
@words.shared("account", "quiet", "no_input")
@click.pass_obj
def command(asked: answer.Asked, said: words.Words, /, **chosen: str | bool) -> int:
    """Remove pictures that are older than --keep, once a sealed run names them with their checksums.

    The first visit, those with a change and the newest look at each setting keep theirs, and every
    reading and record stays, so the chain holds and the audit tells what was pruned. Removing cannot be
    undone. The evidence is audited first: if it does not hold, nothing is removed.
    """
    from optout.evidence import lock, prune

    now = datetime.now(UTC)
    keep, captures = str(chosen["keep"]), bool(chosen["captures"])
    prune.before(keep, now)
    if not (chosen["yes"] or chosen["dry_run"] or said.may_ask):
        raise UsageProblem(
            "Removing pictures cannot be undone.", "Add `--yes`, or look first with `--dry-run`."
        )
    config = words.configuration(said)
    store = own_store(asked, config)
    account = asked.account or ""
    with lock.hold(config.folders.state, account, command="prune"):
        refuse_damaged(store, config, "pruned")
        made = prune.plan(store, keep=keep, captures=captures, now=now)
        if not said.quiet or not chosen["yes"]:
            for line in _told(made):
                answer.say(line)
        if chosen["dry_run"] or not (made.paths or made.left):
            return 0
        if not chosen["yes"] and not click.confirm("Remove them?", err=True):
            answer.say("Nothing was removed.")
            return 0
        from optout.evidence import memory

        sealed = prune.carry_out(
            store,
            made,
            memory=memory.file_for(store, config.folders.state),
            account=account,
            means=_means(store, config, said),
        )
    if not said.quiet:
        where = f" They are declared in {sealed.run}, head {sealed.head}." if sealed else ""
        answer.say(f"Removed.{where}")
    return 0


def _means(store: Path, config: "Config", said: words.Words) -> "Means":
    """Given one's own store, return the key that signs its runs and the authorities that are asked."""
    from optout import credentials
    from optout.evidence import authorities, history
    from optout.evidence.seal import Means
    from optout.linkedin import address

    def key(identifier: str) -> "SigningKey":
        site = history.of(store, ()).site or address.origin_of(config.site)
        vault = credentials.open_vault(practice=address.is_practice(site), unattended=not said.may_ask)
        return vault.signing_key(identifier)

    return Means(key=key, authorities=authorities.load(config.folders.config) or ())


def _told(made: "Plan") -> list[str]:
    """Return the lines that say what would go."""
    day = f"{made.before:%Y-%m-%d}"
    left = f"{len(made.left)} files that an earlier prune has declared are still there, and go now."
    if not made.paths:
        return [left] if made.left else [f"Nothing to prune: no picture that may go is from before {day}."]
    what = "pictures and captures" if made.captures else "pictures"
    told = f"{len(made.paths)} {what} of {made.runs} runs from before {day}, {_size(made.size)} in all."
    return [told, left] if made.left else [told]


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.1f} kB"
