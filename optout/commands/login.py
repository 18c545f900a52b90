"""`optout login`: keep the password in the keyring, or let the person sign in by hand in a window."""

import sys
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from optout.commands import accounts, answer, asking, folding, words
from optout.commands.steps import Steps
from optout.errors import UsageProblem

if TYPE_CHECKING:
    from optout.config import Config
    from optout.credentials import Secret, Vault

LONGEST_PASSWORD = 1024  # bytes

WARNING = """\
Before you go on: LinkedIn's User Agreement (8.2) does not allow automated access.
A program that drives your account may get it restricted.
You can do the same by hand, two clicks each:
{by_hand}
"""


@click.command(
    "login",
    short_help="Keep your password in the keyring, or sign in by hand.",
    epilog="""\b
Examples:
  optout login
  optout login --browser
  optout login --account you@example.org --password-stdin < password.txt
""",
)
@words.shared("account", "quiet", "no_input", "verbose", "log_json")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input, at most 1 KiB.")
@click.option("--browser", "by_hand", is_flag=True, help="Sign in by hand in a window; no password is kept.")
@click.pass_obj
def command(asked: answer.Asked, said: words.Words, password_stdin: bool, by_hand: bool) -> int:
    """Keep your password in the keyring of this computer, or sign in by hand in a window.

    With --browser a window opens, you sign in yourself, and only the sign-in is kept, encrypted,
    its key in the keyring. Without it the password is kept in the keyring and typed by the
    program at each visit that needs it. No password is ever taken from an option or the environment.
    Without a terminal and without --account, the only account that is known is taken.
    """
    if by_hand and password_stdin:
        raise UsageProblem("--browser keeps no password.", "Leave out one of --browser and --password-stdin.")
    if by_hand and said.no_input:
        raise UsageProblem("--browser waits for a person to sign in.", "Leave out --browser or --no-input.")
    if by_hand:
        from optout.browser import find

        find.need_display("optout login --browser", instead="keep the password with `optout login`")
    config = words.configuration(said)
    account = asked.account = _account(config, said)
    asked.whose = accounts.for_one(config, account)

    from optout import cooldown, credentials
    from optout.linkedin import address, catalogue

    words.logged(config, said, asked)
    origin = address.origin_of(config.site)
    practice = address.is_practice(origin)
    if not accounts.is_known(config.folders.state, account):
        pages = [address.origin_of(None) + catalogue.CATALOGUE[name].path for name in catalogue.CORE]
        answer.tell(WARNING.format(by_hand="\n".join(pages)))
    vault = credentials.open_vault(practice=practice, unattended=not said.may_ask)
    if by_hand:
        _by_hand(account, said, config, vault)
        return 0
    set_aside, is_new = _keep(account, said, config, vault, from_stdin=password_stdin)
    now = datetime.now(UTC)
    note = cooldown.file_for(config.folders.state, account, origin)
    calm = cooldown.end_for_new_password(note, now) if is_new else cooldown.standing(note, now)
    if not said.quiet:
        answer.say(f"The password of {account} is in the keyring of this computer, and nowhere else.")
        if set_aside:
            answer.say("The sign-in kept earlier could not be opened and was removed.")
        answer.say(accounts.named_in(f"{calm.refusal(now)}" if calm else "Next: `optout run`.", asked.whose))
    return 0


def _account(config: "Config", said: words.Words) -> str:
    """Given the configuration and the words, return the account that is named, typed, or the only known."""
    names = accounts.known(config.folders.state)
    if config.account or (names and not said.may_ask):
        return accounts.chosen(config)
    if not said.may_ask:
        raise UsageProblem("Nobody is there to be asked for the account.", "Give it with `--account EMAIL`.")
    typed: str = click.prompt(
        "E-mail address you sign in with",
        default=names[0] if len(names) == 1 else None,
        value_proc=_typed,
        err=True,
    )
    return typed


def _typed(text: str) -> str:
    """Given what was typed for an address, return it trimmed. Raise click.UsageError: it is asked again."""
    try:
        return accounts.checked(text)
    except UsageProblem as error:
        raise click.UsageError(error.sentence) from error


def _password(account: str, said: words.Words, *, from_stdin: bool) -> "Secret":
    from optout.credentials import Secret

    if not from_stdin:
        if not said.may_ask:
            raise UsageProblem(
                "Nobody is there to be asked for the password.",
                "Hand it in on standard input with `--password-stdin`.",
            )
        return Secret(click.prompt(f"Password of {account} (not shown)", hide_input=True, err=True))
    content = sys.stdin.buffer.read(LONGEST_PASSWORD + 3)
    content = content.removesuffix(b"\n").removesuffix(b"\r")
    if not content:
        raise UsageProblem("The password on standard input is empty.", "Nothing was stored.")
    if len(content) > LONGEST_PASSWORD:
        raise UsageProblem(
            f"The password on standard input is longer than {LONGEST_PASSWORD} bytes.", "Nothing was stored."
        )
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if not text or any(sign in text for sign in "\n\r\0"):
        raise UsageProblem(
            "Standard input holds more than one line, or is not UTF-8 text.", "Nothing was stored."
        )
    return Secret(text)


def _keep(
    account: str, said: words.Words, config: "Config", vault: "Vault", *, from_stdin: bool
) -> tuple[bool, bool]:
    """Keep the password; return if a kept sign-in that cannot be opened was removed, and if it is new."""
    from optout.browser import kept
    from optout.evidence import lock
    from optout.linkedin import address

    def alone() -> AbstractContextManager[None]:
        return lock.hold(config.folders.state, account, command="login")

    with alone():
        pass  # now, as nobody shall type for nothing; not held while the person takes their time
    password = _password(account, said, from_stdin=from_stdin)
    with alone():
        is_new = vault.password(account) != password  # the same one again changes nothing for the site
        vault.keep_password(account, password)
        accounts.remember(config.folders.state, account)
        key = vault.state_key(account, create=False)
        set_aside = kept.set_aside(
            config.folders.sessions,
            account,
            key.reveal() if key else None,
            origin=address.origin_of(config.site),
        )
    return set_aside, is_new


def _by_hand(account: str, said: words.Words, config: "Config", vault: "Vault") -> None:
    from optout import visit

    with Steps(quiet=said.quiet, plain=said.verbose > 0) as steps:
        visit.sign_in_by_hand(
            account=account, config=config, vault=vault, progress=steps, person=asking.person(said, steps)
        )
    forgotten = vault.forget_password(account)
    accounts.remember(config.folders.state, account)
    if not said.quiet:
        answer.say(
            f"The sign-in of {account} is kept, encrypted, in {folding.whole(config.folders.sessions)}; "
            + ("the password kept earlier was forgotten." if forgotten else "no password is.")
        )
        answer.say(accounts.named_in("Next: `optout run`.", accounts.for_one(config, account)))
