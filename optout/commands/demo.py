"""`optout demo`: the whole main job against the practice site, nothing real touched."""

import os
import secrets
import shlex
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from optout.commands import accounts, answer, evidence_audit, evidence_report, folding, visiting, words
from optout.commands.steps import Steps
from optout.errors import Outcome, UsageProblem
from optout.verdict import Verdict

if TYPE_CHECKING:
    from optout.config import Config
    from optout.credentials import Secret, Vault
    from optout.practice.site import PracticeSite
    from optout.visit import Visit

ACCOUNT = "practice@example.org"
FOLDER = Path("optout-demo")
MOST_FOLDERS = 1000


@click.command(
    "demo",
    short_help="Try everything on a practice site; nothing real is touched.",
    epilog="""\b
Examples:
  optout demo
  optout demo --headed
  optout demo --folder ./try --keep-serving

\b
Exit codes: 0 both settings were proved off, the evidence holds and the second visit did not sign
in again; 1 if it did; otherwise as for `optout run` and `optout evidence audit`.
""",
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=FOLDER,
    help="What it leaves goes here; default optout-demo. A name in use gets a number.",
)
@click.option("--keep-serving", is_flag=True, help="Leave the practice site running until Ctrl-C.")
@words.shared("headed", "verbose")
@click.pass_obj
def command(asked: answer.Asked, said: words.Words, folder: Path, keep_serving: bool) -> int:
    """Sign in to a practice site on this computer, switch both settings off, prove it, audit the proof.

    The practice site is our own small stand-in and runs only while this command does. Its password
    is made up, held in memory and gone afterwards. Your keyring, your accounts and your evidence
    are not touched; all that stays is the folder that is named at the end.
    """
    from optout import credentials
    from optout.practice.site import PracticeSite

    own = words.configuration(said)
    home = new_folder(folder.absolute())
    password = credentials.Secret(secrets.token_hex(12))
    with PracticeSite(account=ACCOUNT, password=password.reveal()) as site:
        config = _configuration(home, site.origin, own)
        words.logged(config, said, asked)
        vault = credentials.in_memory()
        vault.keep_password(ACCOUNT, password)
        answer.say(f"A practice site runs at {site.origin}; nothing real is touched.")
        answer.say(f"All that stays goes into {folding.whole(home)}.")
        code = _show(site, said, config, vault)
        if keep_serving:
            _serve(site, home, password)
    return code


def new_folder(wanted: Path) -> Path:
    """Given a path, make a new folder there, or beside it with a number if the name is in use; return it.

    An empty folder is taken as it is. Raise UsageProblem if none can be made.
    """
    for number in range(1, MOST_FOLDERS):
        path = wanted if number == 1 else wanted.with_name(f"{wanted.name}-{number}")
        try:
            if path.is_dir() and not any(path.iterdir()):
                return path
            path.mkdir(mode=0o700)
        except FileExistsError:
            continue
        except OSError as error:
            reason = os.strerror(error.errno or 0)
            break
        return path
    else:
        reason = "too many of that name are there"
    raise UsageProblem(f"The folder {wanted} cannot be made: {reason}.", "Choose another with `--folder`.")


def _configuration(home: Path, origin: str, own: "Config") -> "Config":
    """Given the demo's folder, the site, and the person's own configuration, return the demo's."""
    from optout import config

    environment = {"OPTOUT_HOME": str(home), "OPTOUT_SITE": origin, "OPTOUT_TIMEOUT": str(own.timeout)}
    if own.browser:
        environment["OPTOUT_BROWSER"] = own.browser
    return config.load({"account": ACCOUNT}, environment, interactive=False, cwd=home)


def _show(site: "PracticeSite", said: words.Words, config: "Config", vault: "Vault") -> int:
    """Given a running site, make both visits, audit, report, print it all, and return the exit code."""
    from optout.browser import kept
    from optout.linkedin import catalogue

    accounts.remember(config.folders.state, ACCOUNT)
    answer.say(f"\n{click.style('First visit', bold=True)}: optout run")
    first = _visit("run", site, said, config, vault)
    typed = site.counts["password_received"]
    answer.say(f"\n{click.style('Second visit', bold=True)}: optout check")
    second = _visit("check", site, said, config, vault)
    kept.forget(config.folders.sessions, ACCOUNT)  # its key ends with this process
    again = site.counts["password_received"] - typed
    signed_in_once = typed == 1 and again == 0
    told = "the password was typed once; the second visit used the kept sign-in"
    if not signed_in_once:
        told = f"the site received the password {typed} times in the first visit, {again} times in the second"
    answer.say(f"{answer.mark(signed_in_once)} {told}")
    answer.say(f"\n{click.style('The evidence', bold=True)}: optout evidence audit")
    store, audit_code = _audit(config)
    report = config.folders.evidence.parent / "report.html"
    evidence_report.write(store, report)
    answer.say("")
    for label, where in (("report", report), ("pictures and evidence", store / "runs")):
        answer.say(f"{label:<23}{folding.whole(where)}")
    switched = all(finding.verdict is Verdict.TURNED_OFF for finding in first.findings)
    kept_off = not any(site.stored[catalogue.CATALOGUE[name].key] for name in catalogue.CORE)
    for code in (first.outcome.exit_code, second.outcome.exit_code, audit_code):
        if code:
            return code
    return 0 if switched and kept_off and signed_in_once else Outcome.FAULT.exit_code


def _visit(
    command: str, site: "PracticeSite", said: words.Words, config: "Config", vault: "Vault"
) -> "Visit":
    from optout import visit
    from optout.linkedin import catalogue

    settings = tuple(catalogue.CATALOGUE[name] for name in catalogue.CORE)
    errand = visit.Errand(
        account=ACCOUNT,
        command=command,
        settings=settings,
        switch_off=visit.SwitchOff.ALL if command == "run" else visit.SwitchOff.NEVER,
        headed=said.headed,
        options={"fix": False, "only": [], "also": [], "preset": [], "headed": said.headed},
    )
    with Steps(quiet=said.quiet, plain=said.verbose > 0) as steps:
        visited = visit.visit(errand, config=config, vault=vault, progress=steps)
    for line in visiting.told(visited, {setting.name: site.origin + setting.path for setting in settings}):
        answer.say(line)
    return visited


def _audit(config: "Config") -> tuple[Path, int]:
    """Given the demo's configuration, audit its store; return the store and the exit code."""
    from optout.config import account_folder
    from optout.evidence import audit

    store = config.folders.evidence / account_folder(ACCOUNT)
    found = audit.audit(store, head=evidence_audit.remembered(store, config))
    evidence_audit.say(found)
    return store, found.exit_code


def _serve(site: "PracticeSite", home: Path, password: "Secret") -> None:
    """Given a running site, say how to try the commands by hand, and wait for Ctrl-C."""
    click.echo(
        f"\nThe practice site stays at {site.origin} until Ctrl-C. In another terminal:\n"
        f"  export OPTOUT_HOME={shlex.quote(str(home))} OPTOUT_SITE={site.origin} OPTOUT_ACCOUNT={ACCOUNT}\n"
        f"  optout login\n"
        "  optout run\n"
        f"The password to type for `optout login`, which does not show it: {password.reveal()}"
    )
    with suppress(KeyboardInterrupt):
        while not threading.Event().wait(1.0):
            continue
