"""Everything that can be the matter with the site, by name. Numbers and names: linkedin.md 12."""

from collections.abc import Callable, Iterable, Iterator, MutableSet

from optout.practice.rows import CORE, Row, all_rows

SIGN_IN_PAGES = {
    "classic": "The classic sign-in form, which is there unless another mood says otherwise.",
    "classic-foreign": "The classic form in another language with the same ids.",
    "classic-decoys": "The classic form behind another service's form, empty errors and a code field.",
    "modern": "The script-built sign-in form: twice, the hidden copy first, new ids on each load.",
    "modern-late": "The script-built form appears only after 8 s.",
    "modern-mutates": "The script-built form is mounted anew while it is filled, and forgets what it held.",
    "modern-decoys": "The script-built form stands below three buttons of other services.",
    "modern-no-enter": "The Enter key does nothing in the script-built form.",
    "password-only": "The sign-in page knows the account and asks for the password alone.",
    "password-only-other": "The sign-in page asks for the password of somebody else's account.",
    "chooser": "A list of known people comes in place of the sign-in form.",
    "chooser-anywhere": "The list of known people comes under the address of whatever was asked for.",
    "guest-home": "Whoever is not signed in lands on the home page, which has its own form.",
    "authwall": "Whoever is not signed in lands on a wall with a joining form.",
    "no-form": "The sign-in page never shows a form.",
    "passkey-only": "The sign-in page offers a passkey and nothing else.",
}
AFTER_SUBMIT = {
    "wrong-password-classic": "The classic form says that the password is wrong, whatever it is.",
    "wrong-password-modern": "The script-built form says that the password is wrong, and stays where it is.",
    "unknown-account": "The sign-in form says that it knows no such account.",
    "refused": "The sign-in is refused with an errorKey in the address.",
    "code-email": "A code sent by e-mail is asked for after the password.",
    "code-sms": "A code sent to a telephone is asked for after the password.",
    "code-totp": "A code from an authenticator is asked for after the password.",
    "wrong-code": "The first code is refused, whatever it is.",
    "push": "The sign-in is approved on a telephone after 3 s; a reload loses it.",
    "push-unanswered": "The sign-in waits for an approval that never comes.",
    "captcha": "A puzzle for people stands after the password.",
    "captcha-on-submit": "A puzzle for people is the answer to the sign-in form itself.",
    "completing": "The sign-in goes through a page that acts by itself for 3 s.",
    "restricted": "The account is restricted after the password.",
    "add-phone": "A page that wants a telephone number comes after the sign-in.",
    "consent-page": "A page that wants consent comes after the sign-in.",
    "bounces": "The page between sign-in and settings comes back whenever a setting is opened.",
    "weak-password": "The site wants another password before it goes on.",
    "unknown-checkpoint": "A checkpoint that nobody described comes after the password.",
    "late-answer": "The answer to a sent sign-in form or code takes 10 s.",
    "asks-between": "An authenticator's code is asked for, once, when the first page of members is opened.",
    "other-tab": "The sign-in ends in another tab.",
}
SESSIONS = {
    "saved": "The kept sign-in is as good as new.",
    "expired": "Sign-ins from before this mood are dead.",
    "renews": "Sign-ins from before this mood are dead, and renew themselves on the second page asked for.",
    "dies-between": "The sign-in dies, once, when the second of the two settings is opened.",
    "dies-after-click": "The sign-in dies, once, when a switch has been saved.",
    "dies-at-list": "The sign-in dies, once, when a list of settings is opened.",
    "dies-after-list": "The sign-in dies, once, when a setting is opened after a list.",
    "dead-cookie": "A sign-in that has died stays in the browser: its cookie is not taken back.",
    "dies-at-home": "The sign-in dies, once, when the home page is opened.",
}
SETTING_PAGES = {
    "late": "A spinner stands for 5 s where the switch will be.",
    "late-state": "The switch is drawn off and takes its real state after 500 ms.",
    "hashed": "No class has a name that anybody knows.",
    "two-switches": "Another switch with a similar key stands above.",
    "two-ids": "The switch names two labels, the second of which is its key.",
    "hidden-copy": "A copy that is not drawn stands above, in the other state.",
    "shown-copy": "A copy that is drawn stands above, in the other state.",
    "key-renamed": "The only switch has another key.",
    "no-switch": "The page has text and no switch; the list still has its row.",
    "radios": "Two radio buttons stand where the switch was.",
    "aria-only": "The switch is a button that only says whether it is pressed.",
    "in-iframe": "The switch stands in a frame.",
    "empty": "The page is empty.",
    "locked": "The switch cannot be moved.",
    "cached": "The page is kept by a service worker, which answers with its own copy.",
    "reworded": "The words of the setting have changed.",
    "password-again": "The page asks for the password before it shows the setting.",
    "confirm": "The switch asks for a confirmation before it saves.",
    "people": "The page is full of somebody else, in its texts, ids, attributes and addresses.",
    "conversations": "A list of conversations with other people lies over the page.",
    "leaky": "The page holds the sign-in's secrets wherever a page can, and asks for addresses with them.",
    "promo": "An advertisement lies over the page.",
    "cut-short": "The page shows the switch off and breaks off before it tells its real state.",
    "cut-unseen": "The page breaks off likewise, and nothing tells that from its end.",
    "alert": "The page opens a message box and another when it is left.",
}
ODD_SWITCHES = {
    "bare-label": "The box is not drawn and has no pill: only its label is there to be pressed.",
    "in-shadow": "The switch stands in an open shadow root.",
    "in-object": "The switch stands in a page that the page holds as an object.",
    "keyless": "The only switch has no key at all.",
    "beside-main": "The only switch has no key and stands outside the main part of the page.",
    "four-switches": "Another switch with a key stands around it, and two that have none.",
    "half": "The switch stands half-way, neither on nor off.",
    "aria-lies": "The switch's aria-checked says the opposite of its box.",
    "attribute-lies": "The box's attribute in the page's text says the opposite of the box.",
    "label-lies": "The switch's label says the opposite of what it was.",
    "copy-under-pill": "A copy lies under the same pill, in the other state.",
    "faked": "The switch is not drawn; another stands in its place and shows off.",
    "faked-faint": "The switch is drawn where nobody sees it; another stands in its place and shows off.",
    "overlaid": "A frame with the switch in the other state comes over the page after 300 ms.",
    "frameset": "The page is two frames side by side, each with the switch.",
    "based": "A base element leads all that is relative elsewhere.",
    "stub": "The page is of another language than the rest and shows off, whatever is so.",
    "flash": "The switch is drawn off for 2 s and then, without asking anybody, in its real state.",
}
LEADING_AWAY = {
    "to-other-setting": "The setting's address leads to the page of another setting.",
    "to-home": "The setting's address leads to the beginning of the settings.",
    "to-elsewhere": "The setting's address leads to another server.",
    "pushed": "The setting's address leads to another setting's page, which then takes its address.",
    "other-address": "The setting's address leads to another address, which has its switch.",
}
CLICKING = {
    "covered": "The pill takes all clicks of the row, the label's too.",
    "pill-dead": "A click on the pill does nothing; one on the label does.",
    "slow-flip": "The switch moves 600 ms after the click.",
    "remount": "The switch is mounted anew by a click.",
    "already-off": "The switch is off from the beginning.",
    "all-dead": "Nothing moves the switch.",
    "came-back": "The switch is on again, once, as soon as this mood is set.",
}
SAVING = {
    "put-500": "Saving is answered with 500, and nothing is saved.",
    "put-429": "Saving is answered with 429, and nothing is saved.",
    "put-lies": "Saving is answered with 200, and nothing is saved.",
    "put-999": "Saving is answered with 999, and nothing is saved.",
    "put-lost": "Saving is never answered: the connection is closed, and nothing is saved.",
    "toast": "The page says at once that it has saved, and saves nothing.",
    "confirm-box": "The switch asks in a box of the browser's before it saves, and goes back on if refused.",
    "put-slow": "Saving takes 6 s and is lost if the page is left before.",
    "put-unseen": "Saving works by another way than the usual request.",
    "save-button": "The switch saves nothing until a button is pressed.",
    "echoes": "Nothing is saved; the next load shows what was sent all the same, and those after it are 503.",
    "entangled": "Saving one of the two settings turns the other on again.",
    "lags": "The first load after saving still shows the old state.",
}
OFFERED = {
    "not-offered": "The setting's address ends at page-not-found, and its row is missing.",
    "not-offered-blank": "The setting's page has text and no switch, and its row is missing.",
    "not-offered-category": "The setting's address ends at its category, and its row is missing.",
    "unlisted": "The switch works and its row is missing.",
    "listed-but-gone": "The row is there and the setting's address ends at page-not-found.",
    "moved": "The setting's address ends at page-not-found; a new row leads to a page with its key.",
    "list-broken": "The page has no switch and the list no rows.",
    "list-cut-short": "The page has no switch, and the list breaks off before the setting's row.",
    "list-503": "The page has no switch and the list is answered with 503.",
    "list-429": "The list is answered with 429.",
    "list-999": "The list is answered with 999.",
    "vanished": "The setting's address ends at page-not-found; a row that nobody knows stands in its place.",
    "row-disagrees": "The row says On whatever the switch says.",
    "own-row-renamed": "The row of the setting has another name.",
}
LISTS = {
    "list-late": "The rows of a list come in two portions.",
    "new-row": "A row that nobody knows stands in the list.",
    "row-gone": "A row that was there is missing in the list.",
    "row-renamed": "A row of the list has another name.",
    "evil-row": "A row that nobody knows has a name that would act on a terminal and in a page.",
    "half-list": "The list breaks off in the middle; the pages of the settings are whole.",
    "europe": "The second setting is not offered, as in Europe.",
    "gpc": "The second setting is off by itself, as after a Global Privacy Control signal.",
}
LANGUAGES = {
    "french": "All pages are in French.",
    "german": "All pages are in German.",
    "arabic": "All pages are in Arabic, right to left.",
    "bengali": "All pages are in Bengali.",
}
TRANSPORT = {
    "429": "Every page is answered with 429.",
    "999": "Every page is answered with 999.",
    "503": "Every page is answered with 503.",
    "403": "Every page is answered with 403.",
    "offline": "Every connection is closed without an answer.",
    "loop": "Sign-ins from before this mood are dead and lead in a circle.",
    "loop-always": "Every page of members leads in a circle, even after a new sign-in.",
    "bad-cookies": "Cookies are set twice, and then refused with a bare 400.",
    "slow": "Every page takes 2 s.",
    "too-slow": "Every page takes 10 min.",
    "offline-at-submit": "Connections are closed from the sending of the sign-in form on.",
    "offline-midway": "Connections are closed from the second of the two settings on.",
    "offline-after-click": "Connections are closed once a switch has been saved.",
    "home-503": "The home page is answered with 503.",
}
# Written with a setting's name behind a colon these hit the page of that setting alone.
TRANSPORT_OF_A_SETTING = ("429", "999", "503", "403", "offline", "slow", "too-slow")
IDENTITY = {
    "other-member": "The pages are another member's.",
    "member-changes": "From the second of the two settings on the pages are another member's.",
    "member-unknown": "No page says whose it is.",
    "member-on-home": "Only the bar of the home page says whose it is.",
    "member-in-response": "No link says whose it is, but each page asks the site for it once it has loaded.",
    "member-embedded": "No link says whose it is, but it stands in each page as JSON that nobody sees.",
    "strangers": "The pages have links to other people, outside the bar.",
}
BANNERS = {
    "banner-old": "A cookie notice of the old kind takes the clicks meant for the page.",
    "banner-new": "A cookie notice of the new kind lies over the page.",
}
LOOK_ALIKES = {
    "other-port": "The sign-in page sends on to another port.",
    "other-host": "The sign-in page sends on to the same port under another name.",
    "portal": "Every page sends on to another server, which shows a sign-in form.",
    "framed": "The sign-in form stands in a frame that belongs to another server.",
    "late-swap": "The sign-in page changes to another server as soon as the first field is filled.",
}

GROUPS: dict[str, dict[str, str]] = {
    "The sign-in page": SIGN_IN_PAGES,
    "After the sign-in form": AFTER_SUBMIT,
    "Kept sign-ins": SESSIONS,
    "The page of a setting": SETTING_PAGES,
    "Odd switches": ODD_SWITCHES,
    "Addresses that lead elsewhere": LEADING_AWAY,
    "Clicking": CLICKING,
    "Saving": SAVING,
    "Offered or not": OFFERED,
    "The lists of settings": LISTS,
    "Languages": LANGUAGES,
    "On the way to the site": TRANSPORT,
    "Whose account it is": IDENTITY,
    "Cookie notices": BANNERS,
    "Other servers": LOOK_ALIKES,
}
MOODS: dict[str, str] = {name: what for group in GROUPS.values() for name, what in group.items()}
PER_SETTING = frozenset(
    (*SETTING_PAGES, *ODD_SWITCHES, *LEADING_AWAY, *CLICKING, *SAVING, *OFFERED, *TRANSPORT_OF_A_SETTING)
)
# These hit any setting that is named behind a colon, by its row's name; a bare mood hits the two alone.
OF_ANY_SETTING = PER_SETTING - {
    "moved", "vanished", "other-address", "to-elsewhere", *TRANSPORT_OF_A_SETTING
}  # fmt: skip
# Only a sign-in meets these.
AT_SIGN_IN = frozenset((*SIGN_IN_PAGES, *AFTER_SUBMIT, *LOOK_ALIKES, "offline-at-submit")) - {
    "asks-between", "bounces", "portal"
}  # fmt: skip


class Moods(MutableSet[str]):
    """The moods a site is in: a set of names that takes no unknown one and tells of each that is new."""

    def __init__(self, names: Iterable[str], *, on_add: Callable[[str], None]) -> None:
        self._names: set[str] = set()
        self._on_add = on_add
        self.update(names)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._names))

    def __len__(self) -> int:
        return len(self._names)

    def __repr__(self) -> str:
        return f"Moods({sorted(self._names)})"

    def add(self, value: str) -> None:
        """Given the name of a mood, be in it. Raise ValueError with the known names if there is none so."""
        mood, colon, setting = value.partition(":")
        if mood not in MOODS:
            raise ValueError(f"no mood is called {value!r}; there are: {', '.join(sorted(MOODS))}")
        if colon and not (
            (mood in PER_SETTING and setting in CORE)
            or (mood in OF_ANY_SETTING and any(row.key and row.name == setting for row in all_rows()))
        ):
            raise ValueError(
                f"the mood {mood!r} has no {setting!r}; there are: {', '.join(CORE)}, "
                f"for the moods {', '.join(sorted(PER_SETTING))}"
            )
        if value not in self._names:
            self._names.add(value)
            self._on_add(value)

    def discard(self, value: str) -> None:
        """Given the name of a mood, be in it no longer."""
        self._names.discard(value)

    def update(self, names: Iterable[str]) -> None:
        """Given names of moods, be in all of them. Raise ValueError if one is unknown."""
        for name in names:
            self.add(name)

    def any_of(self, *names: str) -> bool:
        """Given names of moods, return whether the site is in one of them."""
        return any(name in self._names for name in names)

    def touch(self, mood: str, row: Row) -> bool:
        """Given a mood and a row, return whether the mood is for this row's setting."""
        return (row.name in CORE and mood in self._names) or f"{mood}:{row.name}" in self._names
