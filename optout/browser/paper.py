"""Print a page of our own as a PDF: offline, tagged for screen readers, with an outline."""

from optout.browser.window import open_window

_SECONDS = 120.0  # a page with years of visits takes its time


def pdf(page: str, *, choice: str | None) -> bytes:
    """Given HTML that loads nothing, and OPTOUT_BROWSER or None, return it as a tagged PDF with an outline.

    It is no PDF/A, and holds the second of its making: the same page twice gives other bytes.
    Raise BrowserMissing if no browser starts, SiteUnavailable if it dies.
    """
    with open_window(choice=choice, headed=False, cookies=[], timeout=_SECONDS) as window:
        window.page.context.set_offline(True)
        window.page.set_content(page)
        return window.page.pdf(prefer_css_page_size=True, print_background=True, tagged=True, outline=True)
