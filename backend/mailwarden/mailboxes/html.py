"""Signatures are HTML that people write and that leaves in their mail: only what formats text may pass."""

import re
from html import unescape
from types import MappingProxyType

import nh3

_LINES = re.compile(r"<(?:br|hr|/?(?:p|div|li|tr|td|th|h[1-4]|blockquote))\b", re.IGNORECASE)
_STYLED = {"style"}
TAGS = frozenset(
    {"a", "b", "blockquote", "br", "div", "em", "font", "hr", "i", "img", "li", "ol", "p", "pre", "s", "small", "span"}
    | {"strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul", "h1", "h2", "h3", "h4"}
)
ATTRIBUTES = MappingProxyType(
    {
        "*": _STYLED,
        "a": {"href", "title"},
        "font": {"color", "face", "size"},
        "img": {"src", "alt", "width", "height"},
        "table": {"width", "border", "cellpadding", "cellspacing", "align"},
        "td": {"width", "height", "align", "valign", "colspan", "rowspan"},
        "th": {"width", "height", "align", "valign", "colspan", "rowspan"},
    }
)
# None of these takes an address, so no style can call home.
STYLES = frozenset(
    {"color", "background-color", "font-family", "font-size", "font-style", "font-weight", "line-height"}
    | {"text-align", "text-decoration", "vertical-align", "width", "height", "max-width", "white-space"}
    | {"margin", "margin-top", "margin-right", "margin-bottom", "margin-left", "border", "border-collapse"}
    | {"padding", "padding-top", "padding-right", "padding-bottom", "padding-left", "border-radius", "display"}
)
SCHEMES = frozenset({"https", "http", "mailto", "tel", "cid"})

_CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
    filter_style_properties=set(STYLES),
    url_schemes=set(SCHEMES),
    link_rel="noopener noreferrer",
)


def clean_signature(html: str) -> str:
    """Scripts, handlers, forms and foreign schemes go, the text stays. Cleaning twice changes nothing."""
    return _CLEANER.clean(html).strip()


def text_of(html: str, limit: int = 120) -> str:
    """What is left to read of it, in one line."""
    apart = _LINES.sub(r" \g<0>", html)
    plain = " ".join(unescape(nh3.clean(apart, tags=set())).split())
    return plain if len(plain) <= limit else plain[: limit - 1] + "…"
