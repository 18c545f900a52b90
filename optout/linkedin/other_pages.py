"""The further settings that nobody has seen with a key: their pages, for a person to change by hand.

Numbers, addresses and kinds as in linkedin.md 9: real accounts, November 2025 to January 2026; where no row
was named there, the title is ours, from the address. None of these is ever clicked by this program.
"""

import enum
from dataclasses import dataclass

from optout.linkedin.catalogue import PREFERENCES, SETTINGS

SOURCE = "crawl"
SEEN = "2026-01"


class Kind(enum.Enum):
    """What stands on the page, in words for a person."""

    SWITCH = "a switch whose key is not known"
    SWITCHES = "several switches whose keys are not known"
    RADIOS = "radio buttons"
    RADIOS_AND_SWITCH = "radio buttons and a switch"
    SWITCH_OR_RADIOS = "a switch, for some accounts radio buttons"
    BOXES = "checkboxes"
    UNKNOWN = "controls that nobody has described"
    OTHER_APP = "another part of the site, not a settings page"
    COOKIES = "a switch for cookies; turning it failed on the real site on 2026-08-20"
    DESTROYS = "a button that deletes for good"
    FORM = "a form about yourself"
    LIST = "a list of services or documents"


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherPage:
    """One page that a person changes by hand; one that is `never` touched is not even opened."""

    title: str
    path: str
    kind: Kind
    never: bool = False


def _page(slug: str, title: str, kind: Kind = Kind.SWITCH) -> OtherPage:
    """Return a page below the settings, or below the preferences if the slug begins with `d/`."""
    path = PREFERENCES + slug.removeprefix("d/") if slug.startswith("d/") else SETTINGS + slug
    return OtherPage(title=title, path=path, kind=kind)


def _never(path: str, title: str, kind: Kind) -> OtherPage:
    """Return a page that is named for the person only."""
    whole = PREFERENCES + path.removeprefix("d/") if path.startswith("d/") else path
    return OtherPage(title=title, path=whole, kind=kind, never=True)


OTHER_PAGES = (
    _page("research-invitations", "Research invites"),
    _page("ads-connections", "Connections"),
    _page("ads-companies-followed", "Companies you follow"),
    _page("ads-based-on-groups", "Groups"),
    _page("ads-education", "Education and skills", Kind.BOXES),
    _page("ads-job-information", "Job information", Kind.BOXES),
    _page("ads-employer", "Employer", Kind.BOXES),
    _page("ads-personalization", "Customized display format"),
    _page("ads-location", "Profile location"),
    _page("read-receipts", "Read receipts and typing indicators"),
    _page("suggest-replies", "Messaging suggestions"),
    _page("message-nudging", "Message nudges"),
    _page("detect-harmful-content", "Automated detection of harmful content"),
    _page("use-linkedin-data-in-microsoft-word", "Microsoft Word"),
    _page("profile-visibility-for-partners", "Profile visibility for partners"),
    _page("data-export-by-page-admins", "Data export by page admins"),
    _page("page-visit-visibility", "Page visit visibility"),
    _page("organization-and-interests", "Organization and interests"),
    _page("connections-visibility", "Connections visibility", Kind.SWITCH_OR_RADIOS),
    _page("follower-insight-visibility", "Follower insight visibility", Kind.RADIOS),
    _page("discover-me-by-email-address", "Discover me by e-mail address", Kind.RADIOS),
    _page("discover-me-by-phone-number", "Discover me by phone number", Kind.RADIOS),
    _page("manage-my-active-status", "Manage my active status", Kind.RADIOS),
    _page("notify-me-when-mentioned", "Notify me when mentioned"),
    _page("notify-network-about-my-mentions", "Notify network about my mentions"),
    _page("notify-network-for-updates", "Notify network for updates"),
    _page(
        "d/job-seeker/share-profile-with-job-applications",
        "Share your profile when you click Apply for a job",
    ),
    _page("d/job-seeker/signal-recruiter-for-job-alerts", "Signal your interest to recruiters"),
    _page("email-address-visibility", "E-mail address visibility", Kind.RADIOS_AND_SWITCH),
    _page("who-can-message-me", "Messages", Kind.SWITCHES),
    _page("choose-invitations-types", "Invitations from your network", Kind.SWITCHES),
    _page("d/profile-viewing-options", "Profile viewing options", Kind.RADIOS),
    _page("followed", "Followed", Kind.RADIOS_AND_SWITCH),
    _page("feed-preferences", "Feed preferences", Kind.UNKNOWN),
    _never("/jobs/application-settings/", "Job application settings", Kind.OTHER_APP),
    _never("d/member-cookies", "Member cookies", Kind.COOKIES),
    _never("d/search-history", "Search history", Kind.DESTROYS),
    _never("d/demographic-info", "Personal demographic information", Kind.FORM),
    _never("/mynetwork/settings/manage-syncing/", "Manage syncing", Kind.OTHER_APP),
    _never("d/connected-microsoft-accounts", "Connected Microsoft accounts", Kind.LIST),
    _never("d/data-sharing-for-permitted-services", "Data sharing for permitted services", Kind.LIST),
    _never("d/verifications", "Verifications", Kind.LIST),
)
