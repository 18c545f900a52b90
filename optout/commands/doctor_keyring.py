"""What `optout doctor` says of the keyring, and of the sign-ins whose keys it holds."""

import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from optout.commands import accounts, folding
from optout.commands.doctor_check import Check, failed
from optout.errors import KeyringUnusable, OptoutError, SignInUnusable

if TYPE_CHECKING:
    from optout.config import Config

PROBE = "doctor-probe@example.org"
OTHER_KEYRING = "Repair the keyring of your desktop, or name another one in PYTHON_KEYRING_BACKEND."
WITHOUT_DESKTOP = (
    "Without a desktop (packages dbus and gnome-keyring), this starts a shell that has a keyring; it asks "
    "for the keyring's password, at the first time for a new one:"
)
# The daemon would take what is typed up to Ctrl-D and show it, so the shell asks.
START = (
    'dbus-run-session -- bash -c \'read -rsp "Keyring password: " p; '
    'printf %s "$p" | gnome-keyring-daemon --unlock --components=secrets >/dev/null; exec bash\''
)


def keyring() -> Check:
    """Return whether a random entry comes back out of the keyring; it is removed again.

    A locked keyring may ask its desktop for the password and wait for it: nobody is taken to be there.
    """
    from optout import credentials

    def there_and_back() -> str:
        began = time.monotonic()
        vault = credentials.open_vault(practice=True, unattended=True)
        try:
            vault.keep_password(PROBE, credentials.Secret(secrets.token_urlsafe(24)))
        except KeyringUnusable:
            if time.monotonic() - began < credentials.PATIENCE:  # else the next call would hang as well
                with suppress(KeyringUnusable):
                    vault.forget_password(PROBE)
            raise
        vault.forget_password(PROBE)
        return "gave back what it was given"

    try:
        return Check(name="keyring", good=True, sentence=there_and_back())
    except KeyringUnusable as error:
        hint = error.hint.removesuffix(credentials.DOCTOR).rstrip() or OTHER_KEYRING
        return failed("keyring", KeyringUnusable(error.sentence, hint + _without_desktop()), OTHER_KEYRING)


def _without_desktop() -> str:
    """Return what starts and unlocks a keyring where no desktop does, as the tail of a hint; else nothing."""
    from optout.browser import find

    if not sys.platform.startswith("linux") or find.has_display():
        return ""
    return f" {WITHOUT_DESKTOP} `{folding.whole(START)}`"


def sign_ins(config: "Config", ring: Check) -> Iterator[Check]:
    """Yield for each account whether its sign-in is kept and opens; a keyring that is ill is asked once."""
    from optout import credentials
    from optout.browser import kept
    from optout.linkedin import address

    try:
        names, origin = accounts.known(config.folders.state), address.origin_of(config.site)
    except (OptoutError, OSError):
        return  # told above
    if names and not ring.good:
        sentence = "the keyring that holds their keys cannot be used"
        yield Check(name="sign-in", good=None, sentence=sentence, mend=ring.mend)
        return
    for name in names:
        try:
            vault = credentials.open_vault(practice=address.is_practice(origin), unattended=True)
            key = vault.state_key(name, create=False)
            found = kept.load(config.folders.sessions, name, key.reveal() if key else None, origin=origin)
        except KeyringUnusable as error:
            yield failed("sign-in", error, OTHER_KEYRING)
            return
        except SignInUnusable as error:
            yield Check(name="sign-in", good=False, sentence=f"{name}: {error.sentence}", mend=error.hint)
            continue
        if found:
            yield Check(name="sign-in", good=True, sentence=f"{name}: kept, and it opens")
        else:
            mend = "`optout run` keeps one, and so does `optout login --browser`."
            yield Check(name="sign-in", good=None, sentence=f"{name}: none is kept yet", mend=mend)
