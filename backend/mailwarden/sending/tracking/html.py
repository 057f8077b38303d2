"""The HTML of a mail as it leaves: cleaned, its links led over us, with pixel and unsubscribe link. Pure.

One parser reads and writes it, the one that browsers' rules are built into: text stays, and what leaves is valid.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from itertools import takewhile

import nh3

from mailwarden.mailboxes.html import ATTRIBUTES, SCHEMES, STYLES, TAGS
from mailwarden.sending.tracking.links import destination

BLOCKS = frozenset({"article", "aside", "center", "dd", "dl", "dt", "figcaption", "figure", "footer", "header", "main"})
MAIL_TAGS = TAGS | BLOCKS | {"section", "h5", "h6", "abbr", "caption", "code", "col", "colgroup", "del", "ins"}
MAIL_TAGS |= {"kbd", "mark", "q", "strike", "tfoot", "tt", "var"}
UNREAD = {"script", "style", "title", "head", "template", "noscript", "iframe", "object", "textarea", "select"}
VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
LARGEST, DEEPEST = 500_000, 3_000  # characters; elements that are open at once
FOOTER_STYLE = "margin-top:24px;font-size:12px;color:#6b6b6b"


@dataclass(frozen=True)
class Extras:
    """What a mail gets besides its words. ``links``: destination → the address that stands for it."""

    links: Mapping[str, str] = field(default_factory=dict)
    pixel: str | None = None
    unsubscribe: str | None = None


def is_fit(html: str) -> bool:
    """False: too large, or nested so deeply that reading it would keep everybody waiting (that time is quadratic)."""
    if len(html) > LARGEST:
        return False
    depth, opened = 0, Counter[str]()
    for piece in html.split("<")[1:]:
        ends = piece.startswith("/")
        name = _name(piece[1:] if ends else piece)
        if ends and opened[name]:
            opened[name] -= 1
            depth -= 1
        elif name and not ends and name not in VOID:
            opened[name] += 1
            depth += 1
        if depth > DEEPEST:
            return False
    return True


def _name(piece: str) -> str:
    """Rather one that a browser would not see than one too few."""
    letters = takewhile(lambda char: char.isascii() and char.isalnum(), piece[:20])
    return "".join(letters).lower()


def links_in(html: str) -> list[str]:
    """Of all anchors in their order, as they are written."""
    found: list[str] = []

    def noted(tag: str, attribute: str, value: str) -> str:
        if (tag, attribute) == ("a", "href"):
            found.append(value)
        return value

    _cleaner(noted).clean(_text(html))
    return found


def dress(html: str, extras: Extras) -> str:
    """Dressing it again with the same extras changes nothing."""
    present: set[str] = set()

    def led(tag: str, attribute: str, value: str) -> str:
        if (tag, attribute) == ("a", "href"):
            value = extras.links.get(destination(value) or "", value)
        present.add(value)
        return value

    clean = _cleaner(led).clean(_text(html)).strip()
    if extras.unsubscribe is not None and extras.unsubscribe not in present:
        clean += _footer(extras.unsubscribe)
    if extras.pixel is not None and extras.pixel not in present:
        clean += f'<img src="{escape(extras.pixel)}" alt="" width="1" height="1">'
    return clean


def _footer(url: str) -> str:
    link = f'<a href="{escape(url)}" rel="noopener noreferrer">Unsubscribe</a>'
    return f'<div style="{FOOTER_STYLE}">If you do not want such mails: {link}</div>'


def _cleaner(each: Callable[[str, str, str], str]) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(MAIL_TAGS),
        clean_content_tags=set(UNREAD),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        attribute_filter=each,
        filter_style_properties=set(STYLES),
        url_schemes=set(SCHEMES),
        url_relative=_relative,
        link_rel="noopener noreferrer",
    )


def _relative(url: str) -> str | None:
    """A mail has no place of its own to start from; only its own anchors lead anywhere."""
    return url if url.startswith("#") else None


def _text(html: str) -> str:
    """Half a character cannot be sent."""
    return html.encode(errors="replace").decode()
