"""What a run is sealed with beyond its checksums: a signature, and the time stamp of an authority."""

from collections.abc import Callable
from dataclasses import dataclass

from optout.errors import KeyringUnusable
from optout.evidence import sshsig, tsa
from optout.evidence.authorities import Authority
from optout.secret import SigningKey

SIGNATURE = "SHA256SUMS.sshsig"


def _no_key(_store: str) -> SigningKey:
    raise KeyringUnusable("No key was handed in.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What there is to seal with.

    `key` takes a store's identifier and returns the key that signs its runs; it may raise KeyringUnusable.
    `authorities` are asked for a time stamp, in this order; none if the user wants none.
    """

    key: Callable[[str], SigningKey] = _no_key
    authorities: tuple[Authority, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The short names of the authorities."""
        return tuple(authority.name for authority in self.authorities)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who signs a run: a key, or nobody for the reason in `unsigned_because`."""

    key: SigningKey | None = None
    unsigned_because: str | None = None

    @property
    def fingerprint(self) -> str | None:
        """The fingerprint of the key, as `ssh-keygen -l` prints it."""
        return sshsig.fingerprint(self.key.public) if self.key else None


def signer_of(means: Means, store: str) -> Signer:
    """Given the means and a store's identifier, return who signs. Never raises for want of a keyring."""
    try:
        return Signer(key=means.key(store))
    except KeyringUnusable as error:
        return Signer(unsigned_because=error.sentence)


def seals(who: Signer, means: Means, sums: bytes) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Given who signs, the means and the content of a `SHA256SUMS`, return its seals by name, and remarks.

    A remark is a sentence on a seal that is missing, or that nothing on this machine could check.
    """
    found: dict[str, bytes] = {}
    remarks: list[str] = []
    if who.key is not None:
        found[SIGNATURE] = sshsig.signature(sums, public=who.key.public, sign=who.key.sign)
    else:
        remarks.append(f"This run is not signed: {who.unsigned_because}")
    if means.authorities:
        asked = tsa.ask(means.authorities, sums)
        if asked.stamp is not None:
            found[f"SHA256SUMS.{asked.stamp.authority}.tsr"] = asked.stamp.reply
            if not asked.stamp.checked:
                remarks.append(f"The time stamp of {asked.stamp.authority} is stored and not checked yet.")
        else:
            why = "; ".join(asked.refusals)
            remarks.append(f"This run has no time stamp of its own ({why}): that of the next run covers it.")
    return found, tuple(remarks)
