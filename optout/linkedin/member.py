"""Whose account is this: the public identifier that a signed-in page shows of its own member."""

from optout.errors import AnotherMember
from optout.linkedin.sight import Sight


def of(sight: Sight) -> str | None:
    """Given what a page shows, return the member's public identifier; None if it shows none, or several."""
    return sight.members[0] if len(sight.members) == 1 else None


def profile_path(member: str) -> str:
    """Given a public identifier, return the path of the profile."""
    return f"/in/{member}/"


def require_same(expected: str | None, seen: str | None) -> None:
    """Given the member this evidence is about and the one a page shows, raise AnotherMember if they differ.

    None on either side says nothing: on settings pages the member may not be shown at all.
    """
    if expected is not None and seen is not None and expected != seen:
        raise AnotherMember(
            "Another member is signed in than the one this evidence is about.",
            "Run `optout logout`, then sign in to the right account with `optout login`.",
        )
