"""The settings and the rows of the category pages as they were last seen: data, no behaviour.

Every record is an expectation with its source, named in `SOURCES`; only a fresh load proves anything.
Nothing here was tried on the real site by us.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

CATALOGUE_DATE = "2026-11-23"
SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "brave": "working code of July 2026, tried on the real site on 2026-08-20",
        "crawl": "pages of real accounts, November 2025 to January 2026",
    }
)

NOT_FOUND_PATH = "/mypreferences/page-not-found"
PRIVACY = "/mypreferences/d/categories/privacy"
ADS = "/mypreferences/d/categories/ads"
SETTINGS = "/mypreferences/d/settings/"
PREFERENCES = "/mypreferences/d/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One switch: `key` is a token of its `aria-labelledby`, the same in every language.

    `heading` is what the site calls its page and its row, in English; `part` tells apart settings that share
    these. `region_rule` says what is known of where it is not offered, as the tail of a reason.
    """

    name: str
    heading: str
    path: str
    key: str
    category: str
    does: str
    offered: str
    source: str
    seen: str
    part: str = ""
    region_rule: str = ""

    @property
    def title(self) -> str:
        """What a person reads; no two settings have the same."""
        return f"{self.heading} ({self.part})" if self.part else self.heading


def _further(category: str, slug: str, key: str, name: str, words: tuple[str, ...]) -> Setting:
    """Return a setting beyond the two core ones, with its heading and what it does.

    A third word tells it apart on its page. Its key was seen by brave, its path by crawl.
    """
    return Setting(
        name=name,
        heading=words[0],
        part="".join(words[2:]),
        path=slug if slug.startswith("/") else SETTINGS + slug,
        key=key,
        category=category,
        does=words[1],
        offered="seen in the United States; elsewhere unknown",
        source="brave (key), crawl (path)",
        seen="2026-07-30",
    )


AI_TRAINING = Setting(
    name="ai-training",
    heading="Data for Generative AI Improvement",
    path=SETTINGS + "data-for-ai-improvement",
    key="allowDataForGenerativeAI",
    category=PRIVACY,
    does="Lets LinkedIn train content-creating AI models on your data; off acts on the future only.",
    offered="most of the world; EU/EEA, UK, Switzerland, Canada and Hong Kong since 2025-11-03",
    region_rule="reported: not offered to members under 18; elsewhere it goes by the place in the profile",
    source="brave, crawl",
    seen="2026-08-20",
)

AFFILIATE_ADS = Setting(
    name="affiliate-ads",
    heading="Share data with affiliates and partners",
    path=SETTINGS + "share-data-with-select-partners",
    key="shareDataWithTrustedPartners",
    category=ADS,
    does="Shares your data with Microsoft and others for ads off LinkedIn; may take 72 hours to take effect.",
    offered="most regions; by LinkedIn's help not in EU/EEA and Switzerland, unresolved",
    region_rule="LinkedIn's help says it is not offered in the EU/EEA and Switzerland; the press adds the UK",
    source="brave, crawl",
    seen="2026-08-20",
)

CORE = (AI_TRAINING.name, AFFILIATE_ADS.name)

CATALOGUE: Mapping[str, Setting] = MappingProxyType(
    {
        setting.name: setting
        for setting in (
            AI_TRAINING,
            AFFILIATE_ADS,
            _further(
                PRIVACY,
                "policy-and-academic-research",
                "allowAnonymizedDataResearch",
                "research",
                ("Social, economic, and workplace research", "Lets researchers use data about you."),
            ),
            _further(
                PRIVACY,
                "linkedin-promotions",
                "allowProfileAndActivityDataForMarketingAds",
                "promotions-data",
                (
                    "LinkedIn promotions",
                    "Lets LinkedIn use your profile and activity for its own marketing.",
                    "profile and activity",
                ),
            ),
            _further(
                PRIVACY,
                "linkedin-promotions",
                "tipsForUsingLinkedinViaEmail",
                "promotions-email",
                ("LinkedIn promotions", "Sends you tips and promotions by e-mail.", "e-mail"),
            ),
            _further(
                ADS,
                "ads-inferred-location",
                "allowIpToPersonalizeAds",
                "ads-inferred-location",
                ("Inferred city location", "Uses your IP address to guess your city for ads."),
            ),
            _further(
                ADS,
                PREFERENCES + "interest-categories",
                "adsPrivacyAllowInterestsAndBehaviors",
                "ads-interests",
                ("Interests and traits", "Uses inferred interests for ads."),
            ),
            _further(ADS, "ads-by-age", "allowAdsByAge", "ads-age", ("Age range", "Uses your age for ads.")),
            _further(
                ADS,
                "ads-by-gender",
                "allowAdsByGender",
                "ads-gender",
                ("Gender", "Uses your inferred gender for ads."),
            ),
            _further(
                ADS,
                "ads-beyond-linkedin",
                "allowLinkedInAudienceNetwork",
                "ads-off-linkedin",
                ("Ads off LinkedIn", "Shows you LinkedIn's ads on other sites."),
            ),
            _further(
                ADS,
                "ads-interactions-with-business",
                "allowUseOfThirdPartyData",
                "ads-third-party-data",
                ("Data from others for ads", "Uses data that others hold about you for ads."),
            ),
            _further(
                ADS,
                "ads-related-actions",
                "allowConversionTrackings",
                "ads-measurement",
                ("Measure ad success", "Follows what you do after an ad."),
            ),
        )
    }
)

# Groups of settings by name: all under Advertising data, and all there are.
PRESETS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "ads": tuple(name for name, setting in CATALOGUE.items() if setting.category == ADS),
        "all": tuple(CATALOGUE),
    }
)

# Rows of the two category pages, in the order of crawl (2026-01); a row beyond these is news.
KNOWN_ROWS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        PRIVACY: frozenset(
            {
                PREFERENCES + slug
                for slug in (
                    "manage-data-and-activity",
                    "download-my-data",
                    "search-history",
                    "demographic-info",
                    "job-seeker/share-profile-with-job-applications",
                    "job-seeker/signal-recruiter-for-job-alerts",
                    "job-application-accounts",
                    "permitted-services",
                    "data-sharing-for-permitted-services",
                )
            }
            | {
                SETTINGS + slug
                for slug in (
                    "policy-and-academic-research",
                    "data-for-ai-improvement",
                    "receive-invitations",
                    "choose-invitations-types",
                    "who-can-message-me",
                    "research-invitations",
                    "linkedin-promotions",
                    "focused-inbox",
                    "read-receipts",
                    "suggest-replies",
                    "message-nudging",
                    "detect-harmful-content",
                    "use-linkedin-data-in-microsoft-word",
                )
            }
            | {"/jobs/application-settings"}
        ),
        ADS: frozenset(
            {PREFERENCES + "interest-categories"}
            | {
                SETTINGS + slug
                for slug in (
                    "ads-connections",
                    "ads-companies-followed",
                    "ads-based-on-groups",
                    "ads-education",
                    "ads-job-information",
                    "ads-employer",
                    "ads-personalization",
                    "ads-location",
                    "ads-inferred-location",
                    "ads-by-age",
                    "ads-by-gender",
                    "ads-beyond-linkedin",
                    "ads-interactions-with-business",
                    "ads-related-actions",
                    "share-data-with-select-partners",
                    "ads-demographics",
                )
            }
        ),
    }
)
