"""`optout demo`: the whole main job against the practice site, nothing real touched."""

import os
import secrets
import shlex
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from optout.commands import (
    accounts,
    answer,
    demo_moods,
    evidence_audit,
    evidence_report,
    folding,
    visiting,
    words,
)
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
# Whoever copies a command from here would have it act on their own account.
YOURS = (
    "  (A command that is named here acts on your own account, unless it follows the `export` line that "
    "`--keep-serving` prints.)"
)


@click.command(
    "demo",
    short_help="Try everything on a practice site; nothing real is touched.",
    epilog="""\b
Examples:
  optout demo
  optout demo --headed
  optout demo --folder ./try --keep-serving
  optout demo --mood new-row
  optout demo --keep-serving --mood came-back

\b
Exit codes: 0 both settings were proved off, the evidence holds and the second visit did not sign
in again; 1 if it did; otherwise as for `optout run` and `optout evidence audit`. With --mood the
code tells what the second visit found, as `optout check` would.
""",
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=FOLDER,
    help="What it leaves goes here; default optout-demo. A name in use gets a number.",
)
@click.option("--keep-serving", is_flag=True, help="Leave the practice site running until Ctrl-C.")
@click.option(
    "--mood",
    "moods",
    metavar="NAME",
    multiple=True,
    help="Let something be the matter with the site from the second visit on; may be repeated.",
)
@click.option(
    "--moods",
    "list_moods",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=demo_moods.show,
    help="List the names for --mood, and exit.",
)
@words.shared("headed", "verbose", "log_json")
@click.pass_obj
def command(
    asked: answer.Asked, said: words.Words, folder: Path, keep_serving: bool, moods: tuple[str, ...]
) -> int:
    """Sign in to a practice site on this computer, switch both settings off, prove it, audit the proof.

    The practice site is our own small stand-in and runs only while this command does. Its password
    is made up, held in memory and gone afterwards. Your keyring, your accounts and your evidence
    are not touched; all that stays is the folder that is named at the end. Its evidence is signed with a
    key that is made up in the same way: a signature to look at, by nobody.

    With --mood the site changes after the first visit, so that you see what the second says of it: a
    setting that came back on, a row that is new, a page that cannot be understood. With --keep-serving
    it stays so for the commands that you try yourself; how to do that is printed.
    """
    from optout import credentials
    from optout.practice.site import PracticeSite

    demo_moods.refuse_wrong(moods, keep_serving=keep_serving)
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
        code = _show(site, said, config, vault, moods)
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


def _show(
    site: "PracticeSite", said: words.Words, config: "Config", vault: "Vault", moods: tuple[str, ...]
) -> int:
    """Given a running site, make both visits, audit, report, print it all, and return the exit code.

    The site takes the moods between the visits.
    """
    from optout.browser import kept
    from optout.linkedin import catalogue

    accounts.remember(config.folders.state, ACCOUNT)
    answer.say(f"\n{click.style('First visit', bold=True)}: optout run")
    first = _visit("run", site, said, config, vault)
    typed = site.counts["password_received"]
    for line in demo_moods.set_in(site, moods):
        answer.say(line)
    answer.say(f"\n{click.style('Second visit', bold=True)}: optout check")
    second = _visit("check", site, said, config, vault)
    if second.outcome is not Outcome.GOOD:
        answer.say(YOURS)
    kept.forget(config.folders.sessions, ACCOUNT)  # its key ends with this process
    signed_in_once = _says_how_often(typed, site.counts["password_received"] - typed, in_moods=bool(moods))
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


def _says_how_often(first: int, second: int, *, in_moods: bool) -> bool:
    """Given how often each visit sent the password, say so; return False if that is a fault.

    In moods a second sign-in may be what the site asks for.
    """
    once = first == 1 and second == 0
    told = "the password was typed once; the second visit used the kept sign-in"
    if not once:
        told = f"the site received the password {first} times in the first visit, {second} in the second"
    answer.say(f"{answer.mark(once or (None if in_moods else False))} {told}")
    return once or in_moods


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
    from optout.evidence.audit_told import Told

    store = config.folders.evidence / account_folder(ACCOUNT)
    found = evidence_audit.audited(store, config, head=None, told=Told())
    evidence_audit.say(found)
    return store, found.exit_code


def _serve(site: "PracticeSite", home: Path, password: "Secret") -> None:
    """Given a running site, say how to try the commands by hand, and wait for Ctrl-C."""
    from optout.linkedin.catalogue import AI_TRAINING

    click.echo(
        f"\nThe practice site stays at {site.origin} until Ctrl-C. In another terminal:\n"
        f"  export OPTOUT_HOME={shlex.quote(str(home))} OPTOUT_SITE={site.origin} OPTOUT_ACCOUNT={ACCOUNT}\n"
        f"  optout login\n"
        "  optout run\n"
        f"The password to type for `optout login`, which does not show it: {password.reveal()}\n"
        f"The code, where the site asks for one: {site.code}\n"
        "To switch a setting back on, as the site might, open this in a browser, sign in as\n"
        f"{ACCOUNT} with that password, and press the switch:\n"
        f"  {site.origin}{AI_TRAINING.path}\n"
        "Or start anew with `optout demo --keep-serving --mood came-back`; `optout demo --moods` lists what\n"
        "else can be the matter with the site."
    )
    with suppress(KeyboardInterrupt):
        while not threading.Event().wait(1.0):
            continue
