"""`optout evidence setup`: which authorities are asked for time stamps, and a new key for the signatures."""

from typing import TYPE_CHECKING

import click

from optout.commands import answer, evidence_new_key, words
from optout.errors import TryLater, UsageProblem

if TYPE_CHECKING:
    from optout.config import Config
    from optout.evidence.authorities import Authority

WHAT_LEAVES = (
    "An authority for time stamps (RFC 3161) confirms that the evidence of a visit existed at that time, so "
    "that not even you could write it anew later. What leaves this computer at each visit: the SHA-256 of "
    "the run's SHA256SUMS, a random number, and with the request the address (IP) of this computer. No "
    "name, no text and no picture. An authority that does not answer within 10 seconds never holds up a "
    "visit: the stamp of the next run covers the one without."
)
TRIAL = b"optout evidence setup\n"


@click.command(
    "setup",
    short_help="Say which authority is asked for time stamps; change the key.",
    epilog="""\b
Examples:
  optout evidence setup
  optout evidence setup --authority tsa-a --url http://tsa.example.org/ --root ./root.pem
  optout evidence setup --off
  optout evidence setup --new-key
""",
)
@click.option("--authority", "name", metavar="NAME", help="Ask this authority too: a short name of your own.")
@click.option("--url", metavar="URL", help="Its address.")
@click.option("--root", metavar="PEM", help="A file with its root certificate, from its own site.")
@click.option(
    "--qualified",
    type=click.Choice(("yes", "no", "unknown")),
    help="Whether it is a qualified one under eIDAS, as you know it; default unknown.",
)
@click.option("--untried", is_flag=True, help="Keep it although it could not be reached now.")
@click.option("--remove", metavar="NAME", help="Ask this authority no more.")
@click.option("--off", is_flag=True, help="Ask no authority.")
@click.option("--new-key", is_flag=True, help="Sign with a new key from now on; the old one vouches for it.")
@words.shared("account", "no_input")
@click.pass_obj
def command(asked: answer.Asked, said: words.Words, /, **given: object) -> int:
    """Say whether an authority is asked for time stamps, and which; without options you are asked.

    Nothing is asked for until you say so here. An authority is tried once before it is kept, with the hash of
    a fixed text. The root certificate that you give is pinned: no other one is believed. Several are asked in
    the order in which they were added, until one answers. Roots stay when an authority is removed, as older
    stamps rest on them.

    With --new-key a run is sealed that names the new key, signed by the old one. Its fingerprint is printed:
    tell it to whoever will check the evidence.
    """
    config = words.configuration(said)
    wanted = [word for word in ("name", "remove", "off", "new_key") if given[word]]
    if len(wanted) > 1:
        raise UsageProblem("Say one thing at a time: --authority, --remove, --off or --new-key.")
    if not given["name"] and any(given[word] for word in ("url", "root", "qualified", "untried")):
        raise UsageProblem(
            "--url, --root, --qualified and --untried are about an authority.", "Add --authority NAME."
        )
    match wanted:
        case ["new_key"]:
            evidence_new_key.replace(asked, said, config)
        case ["off"]:
            _keep(config, ())
        case ["remove"]:
            _remove(config, str(given["remove"]))
        case ["name"]:
            _add(config, given)
        case _:
            _ask(config, said)
    return 0


def _ask(config: "Config", said: words.Words) -> None:
    """Ask the person. Raise UsageProblem if nobody is there."""
    if not said.may_ask:
        raise UsageProblem(
            "Nobody is there to be asked.", "Say it with --authority, --url and --root, or with --off."
        )
    answer.tell(WHAT_LEAVES)
    _show(config)
    if not click.confirm("Ask an authority for time stamps?", default=False, err=True):
        _keep(config, ())
        return
    more = True
    while more:
        given: dict[str, object] = {
            "name": click.prompt("Short name, as in tsa-a", err=True),
            "url": click.prompt("Its address", err=True),
            "root": click.prompt("File with its root certificate (PEM), from its own site", err=True),
            "qualified": click.prompt(
                "Is it a qualified one under eIDAS, as you know it",
                type=click.Choice(("yes", "no", "unknown")),
                default="unknown",
                err=True,
            ),
            "untried": False,
        }
        _add(config, given)
        more = click.confirm("Another one, to be asked if this one does not answer?", default=False, err=True)


def _add(config: "Config", given: dict[str, object]) -> None:
    """Given what was said of an authority, try it and keep it."""
    from optout.evidence import audit_told, authorities, tsa

    if not given["url"] or not given["root"]:
        raise UsageProblem("An authority needs an address and a root.", "Add --url URL and --root PEM.")
    try:
        root = audit_told.root(str(given["root"]))
    except ValueError as wrong:
        raise UsageProblem(str(wrong), "Save the root certificate from the authority's own site.") from wrong
    authority = authorities.Authority(
        name=authorities.checked_name(str(given["name"])),
        url=authorities.checked_url(str(given["url"])),
        root=root,
        qualified=str(given["qualified"] or "unknown"),
    )
    for certificate in _named(root):
        answer.say(f"root  {certificate}")
    tried = tsa.ask([authority], TRIAL)
    if tried.stamp is None and not given["untried"]:
        raise TryLater(
            f"Nothing was kept: {'; '.join(tried.refusals)}.",
            "Look at address and root; add --untried to keep it all the same.",
        )
    others = [each for each in authorities.load(config.folders.config) or () if each.name != authority.name]
    _keep(config, (*others, authority))


def _named(root: bytes) -> list[str]:
    """Given roots (PEM), return whose each is and its fingerprint. Raise UsageProblem if one is none."""
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        found = x509.load_pem_x509_certificates(root)
    except ValueError as wrong:
        raise UsageProblem("The root certificate cannot be understood.", "Give it as PEM.") from wrong
    return [f"{each.subject.rfc4514_string()}, SHA-256 {each.fingerprint(SHA256()).hex()}" for each in found]


def _remove(config: "Config", name: str) -> None:
    from optout.evidence import authorities

    found = authorities.load(config.folders.config) or ()
    if name not in [each.name for each in found]:
        raise UsageProblem(f"No authority is called {name!r}.", "`optout evidence setup` lists them.")
    _keep(config, tuple(each for each in found if each.name != name))


def _keep(config: "Config", found: "tuple[Authority, ...]") -> None:
    from optout.evidence import authorities

    authorities.save(config.folders.config, found)
    _show(config)


def _show(config: "Config") -> None:
    """Print what is kept now."""
    from optout.evidence import authorities

    found = authorities.load(config.folders.config)
    if not found:
        answer.say(
            "Time stamps are off." if found is not None else "Time stamps are off: nobody has answered yet."
        )
    for each in found or ():
        answer.say(f"{each.name}  {each.url}  qualified: {each.qualified}")
