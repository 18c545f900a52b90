"""The settings of the site and the order they are listed in. Source: linkedin.md 4 and 9."""

from collections.abc import Iterator
from dataclasses import dataclass

SETTINGS = "/mypreferences/d/settings/"
CATEGORY = "/mypreferences/d/categories/"
NOT_FOUND = "/mypreferences/page-not-found"
CORE = ("ai-training", "affiliate-ads")
CATEGORIES = ("account", "sign-in-and-security", "profile-visibility", "privacy", "ads", "notifications")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a list. `kind` is switch, radios or page; `key` is empty where nothing is saved.

    `more` are the keys of further switches on its page.
    """

    name: str
    path: str
    title: str
    kind: str
    key: str
    more: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Rows below one heading of a category."""

    name: str
    heading: str
    rows: tuple[Row, ...]


def _row(slug: str, title: str, kind: str = "switch", key: str = "", more: tuple[str, ...] = ()) -> Row:
    path = slug if slug.startswith("/") else SETTINGS + slug
    if slug.startswith("d/"):
        path = "/mypreferences/" + slug
    name = slug.removeprefix("d/").strip("/")
    if kind != "page" and not key:
        first, *rest = name.replace("/", "-").split("-")
        key = first + "".join(word.capitalize() for word in rest)
    return Row(name=name, path=path, title=title, kind=kind, key=key, more=more)


AI_TRAINING = Row(
    name="ai-training", path=SETTINGS + "data-for-ai-improvement", title="Data for Generative AI Improvement",
    kind="switch", key="allowDataForGenerativeAI",
)  # fmt: skip
AFFILIATE_ADS = Row(
    name="affiliate-ads", path=SETTINGS + "share-data-with-select-partners",
    title="Share data with affiliates and partners", kind="switch", key="shareDataWithTrustedPartners",
)  # fmt: skip
NEW_ROW = _row("verified-sharing", "Sharing of verified details")
EVIL_ROW = _row("evil-sharing", "\x1b[2J\x07<script>alert(1)</script>\u202egnp.exe\u2028" + "long " * 500)
CHANGING_ROW = "search-history"
MOVED = {
    "ai-training": SETTINGS + "data-for-model-training",
    "affiliate-ads": SETTINGS + "partner-data-choices",
}
VANISHED = {
    "ai-training": _row("assistant-preferences", "Assistant preferences"),
    "affiliate-ads": _row("measurement-preferences", "Measurement preferences"),
}

PRIVACY = (
    Group(name="data", heading="How your data is used", rows=(
        _row("d/manage-data-and-activity", "Manage your data and activity", "page"),
        _row("d/download-my-data", "Get a copy of your data", "page"),
        _row("d/search-history", "Search history", "page"),
        _row("d/demographic-info", "Personal demographic information", "page"),
        _row(
            "policy-and-academic-research", "Social, economic, and workplace research",
            key="allowAnonymizedDataResearch",
        ),
        AI_TRAINING,
    )),
    Group(name="reach", heading="Who can reach you", rows=(
        _row("receive-invitations", "Invitations to connect", "radios"),
        _row("choose-invitations-types", "Invitations from your network"),
        _row("who-can-message-me", "Messages"),
        _row("research-invitations", "Research invites"),
        _row(
            "linkedin-promotions", "LinkedIn promotions", key="allowProfileAndActivityDataForMarketingAds",
            more=("tipsForUsingLinkedinViaEmail",),
        ),
    )),
    Group(name="messaging", heading="Messaging", rows=(
        _row("focused-inbox", "Focused Inbox"),
        _row("read-receipts", "Read receipts and typing indicators"),
        _row("suggest-replies", "Messaging suggestions"),
        _row("message-nudging", "Message nudges"),
        _row("detect-harmful-content", "Automated detection of harmful content"),
    )),
    Group(name="jobs", heading="Looking for a job", rows=(
        _row("/jobs/application-settings/", "Job application settings", "page"),
        _row(
            "d/job-seeker/share-profile-with-job-applications",
            "Share your profile when you click Apply for a job",
        ),
        _row("d/job-seeker/signal-recruiter-for-job-alerts", "Signal your interest to recruiters"),
        _row("d/job-application-accounts", "Stored job applicant accounts", "page"),
    )),
    Group(name="applications", heading="Other applications", rows=(
        _row("d/permitted-services", "Permitted services", "page"),
        _row("use-linkedin-data-in-microsoft-word", "Microsoft Word"),
    )),
)  # fmt: skip
ADS = (
    Group(name="profile", heading="Details from your profile", rows=(
        _row("ads-connections", "Connections"),
        _row("ads-companies-followed", "Companies you follow"),
        _row("ads-based-on-groups", "Groups"),
        _row("ads-education", "Education and skills", "page"),
        _row("ads-job-information", "Job information", "page"),
        _row("ads-employer", "Employer", "page"),
        _row("ads-personalization", "Customized display format"),
        _row("ads-location", "Profile location"),
    )),
    Group(name="activity", heading="What you do, and what follows from it", rows=(
        _row("ads-inferred-location", "Inferred city location", key="allowIpToPersonalizeAds"),
        _row("d/interest-categories", "Interests and traits", key="adsPrivacyAllowInterestsAndBehaviors"),
        _row("ads-by-age", "Age range", key="allowAdsByAge"),
        _row("ads-by-gender", "Gender", key="allowAdsByGender"),
    )),
    Group(name="elsewhere", heading="Data from elsewhere", rows=(
        _row("ads-beyond-linkedin", "Ads off LinkedIn", key="allowLinkedInAudienceNetwork"),
        _row("ads-interactions-with-business", "Data from others for ads", key="allowUseOfThirdPartyData"),
        _row("ads-related-actions", "Measure ad success", key="allowConversionTrackings"),
        AFFILIATE_ADS,
    )),
)  # fmt: skip
VISIBILITY = (
    Group(name="visibility", heading="Who sees what", rows=(
        _row("profile-visibility-for-partners", "Profile visibility for partners"),
        _row("data-export-by-page-admins", "Data export by page admins"),
        _row("page-visit-visibility", "Page visit visibility"),
        _row("organization-and-interests", "Organizations and interests"),
        _row("connections-visibility", "Connections visibility"),
        _row("follower-insight-visibility", "Follower insight visibility", "radios"),
        _row("discover-me-by-email-address", "Found by e-mail address", "radios"),
        _row("discover-me-by-phone-number", "Found by phone number", "radios"),
        _row("manage-my-active-status", "Active status", "radios"),
        _row("notify-me-when-mentioned", "Word when I am mentioned"),
        _row("notify-network-about-my-mentions", "Word to my network about mentions"),
        _row("notify-network-for-updates", "Word to my network about updates"),
        _row("email-address-visibility", "E-mail address visibility", "radios"),
        _row("d/profile-viewing-options", "Profile viewing options", "radios", key="discloseAsProfileViewer"),
        _row("followed", "Followers", "radios"),
    )),
)  # fmt: skip
ACCOUNT = (
    Group(name="account", heading="Site preferences", rows=(
        _row("feed-preferences", "Feed preferences"),
        _row("/mynetwork/settings/manage-syncing/", "Synced contacts", "page"),
        _row("d/connected-microsoft-accounts", "Connected accounts", "page"),
        _row("d/data-sharing-for-permitted-services", "Data sharing with services", "page"),
        _row("d/verifications", "Verifications", "page"),
    )),
)  # fmt: skip
# Renders though no list has it (linkedin.md 4).
UNLISTED = (_row("ads-demographics", "Demographics"),)
LISTS = {"account": ACCOUNT, "profile-visibility": VISIBILITY, "privacy": PRIVACY, "ads": ADS}


def all_rows() -> Iterator[Row]:
    """Return every row that has a page of its own, the unlisted and the unknown ones too."""
    for groups in LISTS.values():
        for group in groups:
            yield from group.rows
    yield from (*UNLISTED, NEW_ROW, EVIL_ROW, *VANISHED.values())


def category_of(row: Row) -> str:
    """Given a row, return the name of the category that lists it, or "account" if none does."""
    for name, groups in LISTS.items():
        if any(row in group.rows for group in groups):
            return name
    return "account"
