"""What leaves is what was written, cleaned, valid, and led over us where that was asked for."""

import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailwarden.mailboxes.html import text_of
from mailwarden.sending.tracking.html import LARGEST, Extras, dress, is_fit, links_in
from mailwarden.sending.tracking.links import trackable
from mailwarden.sending.tracking.plain_text import to_text

BASE = "https://mail.example"
PIXEL = f"{BASE}/t/o/token.gif"
STOP = f"{BASE}/t/u/token"
HOSTILE = [
    "<script>alert(1)</script>x",
    "<img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href="java&#10;script:alert(1)">x</a>',
    "<svg><script>alert(1)</script></svg>",
    "<math><mi><style><img src=x onerror=alert(1)></style></mi></math>",
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "<form action=https://evil.example><input name=p></form>",
    '<base href="https://evil.example/"><a href="x">x</a>',
    '<meta http-equiv=refresh content="0;url=https://evil.example">',
    '<p style="background:url(https://evil.example/x.gif)">x</p>',
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    '<a href="https://a.example/&quot;onmouseover=alert(1)//">x</a>',
    "<template><script>alert(1)</script></template>",
    "<title><img src=x onerror=alert(1)></title>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<p\x00 onclick=alert(1)>x</p>",
]


def extras(html: str) -> Extras:
    found = trackable(BASE, links_in(html))
    return Extras({leads: f"{BASE}/t/c/{number}" for number, leads in enumerate(found, 1)}, PIXEL, STOP)


class Shape(HTMLParser):
    """Whether every element that is opened is closed in its turn."""

    VOID = frozenset({"br", "hr", "img", "col"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def shape(html: str) -> Shape:
    read = Shape()
    read.feed(html)
    read.close()
    assert read.open == []
    return read


def test_web_links_lead_over_us_and_nothing_else_does() -> None:
    html = (
        '<p>Hi <a href="https://a.example/?x=1&amp;y=2" title="T">A</a> <a href="mailto:x@y.example">m</a>'
        '<a href="tel:+49">t</a><a href="#z">z</a><a href="https://a.example/?x=1&y=2">again</a></p>'
    )
    hrefs = [value for tag, name, value in shape(dress(html, extras(html))).attributes if (tag, name) == ("a", "href")]
    over = f"{BASE}/t/c/1"
    assert hrefs == [over, "mailto:x@y.example", "tel:+49", "#z", over, STOP]


def test_an_unsubscribe_link_that_the_sender_placed_is_enough() -> None:
    html = f'<p><a href="{STOP}">Leave</a></p>'
    assert dress(html, Extras({}, None, STOP)).count(STOP) == 1


def test_without_extras_the_words_stay() -> None:
    assert dress("<p>Hello &amp; <b>bye</b></p>", Extras()) == "<p>Hello &amp; <b>bye</b></p>"


@pytest.mark.parametrize("html", HOSTILE)
def test_nothing_that_acts_leaves(html: str) -> None:
    dressed = dress(html, extras(html))
    read = shape(dressed)
    assert not [one for one in read.attributes if one[1].startswith("on") or one[2].lower().startswith("javascript")]
    for word in ("<script", "<iframe", "<form", "<meta", "<base", "<svg", "<style", "evil.example/x.gif"):
        assert word not in dressed.lower()


PIECES = st.sampled_from(
    [
        *("<p>", "</p>", "<b>", "</b>", "<div>", "</div>", "<table><tr><td>", "</td></tr></table>", "<li>", "<ul>"),
        *(
            '<a href="https://a.example/x?a=1&b=2">',
            "<a href=https://b.example>",
            "</a>",
            "<a href=#x>",
            "<br>",
            "&amp;",
        ),
        *(
            "<!-- c -->",
            "<img src=https://c.example/i.png alt=pic>",
            "&lt;i&gt;",
            "&amp;",
            "ü",
            " ",
            "\n",
            "\x00",
            "\ud800",
        ),
        *("<pre>", "</pre>", "<blockquote>", "<", ">", '"', "<script>", "</script>", "</title>", "<svg>", "<![CDATA["),
    ]
)
DOCUMENTS = st.lists(PIECES | st.text(max_size=8), max_size=30).map("".join)


@settings(max_examples=300)
@given(DOCUMENTS)
def test_dressing_keeps_the_text_is_valid_and_repeatable(html: str) -> None:
    wanted = extras(html)
    dressed = dress(html, wanted)
    shape(dressed)
    assert dress(dressed, wanted) == dressed
    undressed = dress(html, Extras())
    assert text_of(dressed, 10**6) == text_of(
        undressed + "<div>If you do not want such mails: Unsubscribe</div>", 10**6
    )
    assert dressed.count(PIXEL) == 1
    assert dressed.count(STOP) == 1
    to_text(dressed).encode()


@given(DOCUMENTS)
def test_no_web_link_is_forgotten(html: str) -> None:
    leads = {value for tag, name, value in shape(dress(html, extras(html))).attributes if (tag, name) == ("a", "href")}
    assert not [one for one in leads if one.startswith("http") and not one.startswith(f"{BASE}/t/")]


@pytest.mark.parametrize("piece", ["<div>", "<b><div></b>", "<font color=x><p>", "<a href=https://a.example>", "<li>"])
def test_what_nests_too_deeply_is_seen_before_it_is_read(piece: str) -> None:
    assert is_fit(piece * 500)
    assert not is_fit(piece * 20_000)


def test_long_mails_are_fit_and_read_in_time() -> None:
    html = "<p>Word <a href='https://a.example/x'>link</a> <br></p>" * 9_000
    assert is_fit(html[:LARGEST])
    assert not is_fit(html + "x" * LARGEST)
    started = time.monotonic()
    to_text(dress(html[:LARGEST], extras(html[:LARGEST])))
    assert time.monotonic() - started < 20


def test_the_text_part_says_where_links_lead() -> None:
    html = (
        "<h1>News</h1><p>Hi   there,<br>see <a href='https://a.example/'>our <b>page</b></a></p><ul><li>one</li>"
        "<li>two</li></ul><pre> a\n  b</pre><table><tr><td>1</td><td>2</td></tr></table><a href='#x'>up</a>"
        "<p><a href='https://b.example/'>https://b.example/</a> &lt;x&gt;</p>"
    )
    assert to_text(dress(html, Extras())) == (
        "News\n\nHi there,\nsee our page <https://a.example/>\n\n- one\n- two\n\n a\n  b\n\n1 2\n\nup\n\n"
        "https://b.example/ <x>"
    )
    assert f"{BASE}/t/c/1" in to_text(dress(html, extras(html)))
