"""Open fresh browser pages that know only cookies, and always close them."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from optout.browser import find, process, proxy
from optout.browser.tls import Certificates
from optout.errors import BrowserMissing, SiteUnavailable

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Cookie, Dialog, Page, ViewportSize

VIEWPORT: "ViewportSize" = {"width": 1280, "height": 900}


@dataclass(slots=True, kw_only=True)
class Window:
    """One page in a fresh context: no cache, no service worker, no storage, only cookies.

    `start` starts a browser that shows its pages, or not. `driven` are those that were started, the last one
    holds the page. `certificates` hears of what the site sends. Use it in `open_window`, which closes them.
    """

    start: Callable[[bool], process.Driven]
    headless: bool
    timeout: float
    certificates: Certificates
    page: "Page" = field(init=False)
    driven: list[process.Driven] = field(default_factory=list)
    left_open: "list[BrowserContext]" = field(default_factory=list)
    _watchers: "list[Callable[[Page], None]]" = field(default_factory=list)

    @property
    def browser(self) -> str:
        """The name and version of the browser that shows the page."""
        return self.driven[-1].name

    def open(self, cookies: "Sequence[Cookie]") -> None:
        """Given the cookies to begin with, start a browser and open a page in it."""
        self.driven.append(self.start(not self.headless))
        self.page = self._in_a_new_context(cookies)

    def let_watch(self, watch: "Callable[[Page], None]") -> None:
        """Given a listener to pages, call it with this one and each that is opened, before its first load."""
        self._watchers.append(watch)
        watch(self.page)

    def show(self) -> "Page":
        """Put a page that a person sees, with the same cookies, in place of this one; return it.

        It is this one if they see it already. Raise BrowserMissing if no window can be shown.
        """
        if self.headless:
            old, cookies = self.page.context, self.page.context.cookies()
            shown = self.start(True)
            self.headless = False
            self.driven.append(shown)
            self.page = self._in_a_new_context(cookies)
            if old not in self.left_open:
                old.close()
        return self.page

    def afresh(self, cookies: "Sequence[Cookie]") -> "Page":
        """Given cookies, put a page in a new context in place of this one, with no more than these.

        What a page wrote into its own storage cannot shape what it shows from now on.
        """
        old = self.page.context
        self.page = self._in_a_new_context(cookies)
        if old not in self.left_open:
            old.close()
        return self.page

    def beside(self) -> "Page":
        """Put a new page of the same context in place of this one, which stays open; return it."""
        self.left_open.append(self.page.context)
        self.page = self._new_page(self.page.context)
        return self.page

    def cookies(self) -> "list[Cookie]":
        """Return all cookies as they are now; none if the browser has died."""
        from playwright.sync_api import Error

        try:
            return self.page.context.cookies()
        except Error:
            return []

    def environment(self) -> dict[str, object]:
        """Return what the evidence says of the browser; None for what cannot be told."""
        from playwright.sync_api import Error

        try:
            told = self.page.evaluate(
                "() => [navigator.language, Intl.DateTimeFormat().resolvedOptions().timeZone]"
            )
        except Error:
            told = [None, None]
        return {
            "browser": self.browser,
            "headless": self.headless,
            "locale": told[0],
            "viewport": [VIEWPORT["width"], VIEWPORT["height"]],
            "time_zone": told[1],
            "proxy": self.certificates.proxied,
        }

    def _in_a_new_context(self, cookies: "Sequence[Cookie]") -> "Page":
        """Return a page in a context of its own that begins with these cookies."""
        context = self.driven[-1].browser.new_context(viewport=VIEWPORT, service_workers="block")
        context.add_cookies(cast("Any", cookies))  # it takes what cookies() gives, under another name
        context.set_default_timeout(self.timeout * 1000)
        context.on("dialog", _decline)
        return self._new_page(context)

    def _new_page(self, context: "BrowserContext") -> "Page":
        """Return a new page whose loads all come from the network, and are watched."""
        page = context.new_page()
        devtools = context.new_cdp_session(page)
        self.certificates.listen(devtools)
        devtools.send("Network.enable")  # before the first load, or the browser tells no certificate of it
        devtools.send("Network.setCacheDisabled", {"cacheDisabled": True})
        for watch in self._watchers:
            watch(page)
        return page


@contextmanager
def open_window(
    *, choice: str | None, headed: bool, cookies: "Sequence[Cookie]", timeout: float, origin: str = ""
) -> Iterator[Window]:
    """Given OPTOUT_BROWSER or None and the cookies to begin with, yield a window; `timeout` is in seconds.

    `origin` is where it will go, empty if nowhere: a proxy that the environment names for it is used.
    Every load comes from the network: the cache is off and service workers are kept out.
    Raise BrowserMissing if no browser starts, UsageProblem if the proxy cannot be used. The browser is closed
    whatever happens.
    """
    from playwright.sync_api import Error, sync_playwright

    told_proxy = proxy.to_tell(origin) if origin else None
    for name in ("DEBUG", "PWDEBUG"):  # both make Playwright print what is typed
        os.environ.pop(name, None)
    try:
        manager = sync_playwright()
        playwright = manager.start()
    except (Error, OSError) as error:
        raise BrowserMissing(
            f"Playwright does not start ({str(error).splitlines()[0][:120]}).",
            "On Debian and Ubuntu it needs the package libatomic1.",
        ) from error
    died = False
    window = Window(
        start=lambda seen: process.drive(*find.launch(playwright, choice, headed=seen, proxy=told_proxy)),
        headless=not headed,
        timeout=timeout,
        certificates=Certificates(origin=origin, proxied=proxy.in_force(origin) if origin else None),
    )
    try:
        try:
            window.open(cookies)
            yield window
        except Error:
            died = True
        except KeyboardInterrupt:
            for each in window.driven:
                process.kill(each.process)  # whoever stopped us waits for no page
            raise
        finally:
            for each in window.driven:
                each.close()
    finally:
        playwright.stop()
    if died:
        raise SiteUnavailable("The browser stopped in the middle of the visit.", "Run the command again.")


def _decline(dialog: "Dialog") -> None:
    """Press no button of a page's dialog but the one that lets the browser leave the page."""
    from playwright.sync_api import Error

    try:
        if dialog.type == "beforeunload":
            dialog.accept()
        else:
            dialog.dismiss()
    except Error:
        return
