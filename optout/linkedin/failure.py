"""What a failed load stands for: each family of the browser's words, in one sentence with the next step."""

import re
from dataclasses import dataclass

from optout.errors import SignInStopped, SiteUnavailable
from optout.linkedin.address import State, is_practice, origin_in
from optout.linkedin.challenge import SENTENCES

TIMEOUT = "timeout"
INTERRUPTED = "interrupted"  # by another load
PROXIED_TIMEOUT = "timeout through a proxy"
TOO_MANY_REDIRECTS = "ERR_TOO_MANY_REDIRECTS"
# What a browser says of an answer that is there but has no body; the answer's status tells more.
BARE_STATUS = "ERR_HTTP_RESPONSE_CODE_FAILURE"

_UNTRUSTED, _BY_HAND = SENTENCES[State.UNTRUSTED]
_PROXY = "See what HTTPS_PROXY, ALL_PROXY and NO_PROXY say, or the proxy in the system's settings; then"


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Words that stand for one trouble: a pattern for the whole word, without ERR_ at its head.

    `state` names the trouble if only a person can go on; without it the trouble may pass. `practice_hint` is
    the next step on a practice site, where it is another one.
    """

    name: str
    pattern: str
    sentence: str
    hint: str
    state: State | None = None
    practice_hint: str = ""

    def error(self, word: str, *, practice: bool = False) -> SiteUnavailable | SignInStopped:
        """Given the word, and whether a practice site was asked for, return the error that tells of it."""
        told = f"{self.sentence.removesuffix('.')} ({word})."
        if self.state is None:
            return SiteUnavailable(told, self.practice_hint if practice and self.practice_hint else self.hint)
        return SignInStopped(str(self.state), f"{told} [{self.state}]", self.hint)


# The first that fits decides. Source: Chromium's own list of network errors, as of Chromium 156.
FAMILIES = (
    Family(
        name="redirect loop",
        pattern="TOO_MANY_REDIRECTS",
        sentence=SENTENCES[State.REDIRECT_LOOP][0],
        hint=SENTENCES[State.REDIRECT_LOOP][1],
        state=State.REDIRECT_LOOP,
    ),
    Family(
        name="proxy wants a name",
        pattern=r"(UNEXPECTED_)?PROXY_AUTH\w*|\w+_AUTH_(CREDENTIALS|SCHEME|ENVIRONMENT)",
        sentence="The proxy on the way to the site wants a name and a password, or others than it was given.",
        hint="Put them into HTTPS_PROXY as http://NAME:PASSWORD@HOST:PORT, then run the command again.",
    ),
    Family(
        name="proxy settings",
        pattern=r"PAC_\w+|MANDATORY_PROXY_\w+|NO_SUPPORTED_PROXIES",
        sentence="The system's settings for a proxy cannot be followed.",
        hint="Mend them, or name the proxy in HTTPS_PROXY; then run the command again.",
    ),
    Family(
        name="proxy",
        pattern=r"\w*(PROXY|SOCKS|TUNNEL)_\w+",
        sentence="The proxy on the way to the site cannot be reached, or does not let the visit through.",
        hint=f"{_PROXY} run the command again.",
    ),
    Family(
        name="clock",
        pattern=r"CERT_(DATE_INVALID|VALIDITY_TOO_LONG)",
        sentence="By this machine's clock the site's certificate is not valid.",
        hint="Set the clock right and run the command again; if it is right, somebody may stand in between.",
        state=State.UNTRUSTED,
    ),
    Family(
        name="untrusted",
        pattern=r"(BAD_)?(SSL|CERT|ECH|CLIENT_AUTH)\w*|HTTP2_INADEQUATE_TRANSPORT_SECURITY|ALPN_\w+",
        sentence=_UNTRUSTED,
        hint=_BY_HAND,
        state=State.UNTRUSTED,
    ),
    Family(
        name="no network",
        pattern=r"INTERNET_DISCONNECTED|NETWORK_(CHANGED|IO_SUSPENDED)|ADDRESS_(UNREACHABLE|INVALID)",
        sentence="There is no way from this machine to the site: the network is off, or has just changed.",
        hint="Connect to the internet and run the command again.",
    ),
    Family(
        name="name",
        pattern=r"NAME_\w+|DNS_\w+|HOST_RESOLVER_\w+|ICANN_\w+",
        sentence="The site's name could not be looked up.",
        hint="See that this machine is connected and its DNS works, then run the command again.",
    ),
    Family(
        name="too slow",
        pattern=rf"{TIMEOUT}|(CONNECTION_)?TIMED_OUT|TEMPORARILY_THROTTLED|HTTP2_PING_FAILED",
        sentence="The site did not answer in time.",
        hint="Try again later; OPTOUT_TIMEOUT sets how many seconds to wait.",
    ),
    Family(
        name="too slow through a proxy",
        pattern=PROXIED_TIMEOUT,
        sentence="Neither the site nor the proxy on the way to it answered in time.",
        hint=f"See that the proxy answers and has the name and password it wants. {_PROXY} try again.",
    ),
    Family(
        name="blocked",
        pattern=r"BLOCKED_BY_\w+|NETWORK_ACCESS_\w+|ACCESS_DENIED|CLEARTEXT_NOT_PERMITTED",
        sentence="A firewall or a rule on this machine keeps the browser from the site.",
        hint="Allow it, then run the command again.",
    ),
    Family(
        name="nobody there",
        pattern="CONNECTION_REFUSED",
        sentence="Nothing answers at the site's address: the connection was refused.",
        hint="Try again later.",
        practice_hint="The practice site is not running; `optout demo --keep-serving` starts one, and prints "
        "the OPTOUT_SITE under which it answers.",
    ),
    Family(
        name="connection",
        pattern=r"CONNECTION_\w+|EMPTY_RESPONSE|SOCKET_\w+|(HTTP2|QUIC)_\w+|CONTENT_\w+|INCOMPLETE_\w+"
        r"|INVALID_(RESPONSE|HTTP_RESPONSE|CHUNKED_ENCODING)|RESPONSE_\w+|no document",
        sentence="The site closed the connection, or answered with nothing that can be read.",
        hint="Try again later.",
    ),
    Family(
        name="browser",
        pattern="closed",
        sentence="The browser's page was closed.",
        hint="Run the command again.",
    ),
)


def word_in(message: str) -> str:
    """Given the message of a load that failed, return the browser's own word in it."""
    found = re.search(r"net::(ERR_[A-Z0-9_]+)", message)
    if found:
        return found[1]
    return INTERRUPTED if "interrupted by another navigation" in message else "closed"


def family_of(word: str) -> Family | None:
    """Given the browser's word for a failed load, return the family it is of, None if nobody knows it."""
    bare = _bare(word).removeprefix("ERR_")
    return next((family for family in FAMILIES if re.fullmatch(family.pattern, bare)), None)


def refuse_failure(word: str, address: str = "") -> None:
    """Given the browser's word for a failed load, empty if it did not fail, raise what it stands for.

    `address` is what was asked for: of a practice site something else may be to be done.
    SignInStopped(redirect_loop, untrusted) where only a person can go on, SiteUnavailable for all else, a
    word that nobody knows too.
    """
    if not word:
        return
    family = family_of(word)
    if family is not None:
        raise family.error(_bare(word), practice=is_practice(origin_in(address)))
    raise SiteUnavailable(f"The site could not be reached ({_bare(word)}).", "Try again later.")


def _bare(word: str) -> str:
    """Return the word as it stands in the browser's list."""
    return word.removeprefix("net::")
