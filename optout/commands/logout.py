"""`optout logout`: forget the password, the key and the kept sign-in."""

from typing import TYPE_CHECKING

import click

from optout.commands import accounts, answer, words
from optout.errors import NoCredentials

if TYPE_CHECKING:
    from optout.config import Config


@click.command(
    "logout",
    short_help="Forget the password and the kept sign-in.",
    epilog="""\b
Examples:
  optout logout
  optout logout --account you@example.org
""",
)
@words.shared("account", "quiet", "no_input")
@click.pass_obj
def command(asked: answer.Asked, said: words.Words) -> int:
    """Forget the password, the kept sign-in and its key. The evidence stays.

    The site itself is not told: to end the session there too, sign out in your browser or use
    the site's own list of active sessions.
    """
    config = words.configuration(said)
    account = asked.account = _chosen(config)

    from optout import cooldown, credentials
    from optout.browser import kept
    from optout.evidence import lock
    from optout.linkedin import address

    practice = address.is_practice(address.origin_of(config.site))
    with lock.hold(config.folders.state, account, command="logout"):  # else a visit would keep it again
        try:
            sign_in = kept.forget(config.folders.sessions, account)
        finally:  # one that stays is no reason to keep what opens it
            vault = credentials.open_vault(practice=practice, unattended=not said.may_ask)
            password = vault.forget_password(account)
            key = vault.forget(account)
        calm = cooldown.forget(config.folders.state, account)
        accounts.forget(config.folders.state, account)
    if not said.quiet:
        answer.say(_told(account, password=password, sign_in=sign_in, key=key, calm=calm))
    return 0


def _chosen(config: "Config") -> str:
    """Given the configuration, return whose sign-in is meant. Raise NoCredentials if there is none."""
    try:
        return accounts.chosen(config)
    except NoCredentials:
        raise NoCredentials("Nothing is kept: no account is known on this computer.") from None


def _told(account: str, *, password: bool, sign_in: bool, key: bool, calm: bool) -> str:
    """Given what was there, return the sentence that says what is gone now; a key goes with its sign-in."""
    gone = ["the password"] if password else []
    if sign_in:
        gone.append("the kept sign-in")
    elif key:
        gone.append("the key of a sign-in that was gone already")
    if calm:
        gone.append("the cooldown")
    if not gone:
        return f"Nothing was kept for {account}."
    listed = f"{', '.join(gone[:-1])} and {gone[-1]}" if gone[1:] else gone[0]
    return f"Forgotten: {listed} of {account}."
