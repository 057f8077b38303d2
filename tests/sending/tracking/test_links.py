"""Links lead where the sender wrote, or are left alone."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwarden.sending.tracking.links import LONGEST, destination, is_ours, trackable

BASE = "https://mail.example"


@pytest.mark.parametrize(
    ("written", "leads"),
    [
        ("https://a.example/x?y=1&z=2#f", "https://a.example/x?y=1&z=2#f"),
        (" HTTPS://A.Example/Path ", "https://a.example/Path"),
        ("http://münchen.example:8080/ä", "http://xn--mnchen-3ya.example:8080/%C3%A4"),
        ("https://[2001:db8::1]:8443/", "https://[2001:db8::1]:8443/"),
        ("https://a.example/%7Bx%7D?{y}", "https://a.example/%7Bx%7D?%7By%7D"),
    ],
)
def test_web_links_are_followed_over_us(written: str, leads: str) -> None:
    assert destination(written) == leads


@pytest.mark.parametrize(
    "written",
    [
        *("mailto:a@b.example", "tel:+491", "#top", "", "/path", "//b.example/x", "javascript:alert(1)", "data:,x"),
        *("https:/a.example", "https:///a.example", "https://", "http:a.example", "ftp://a.example", "cid:x"),
        *("https://a.example\\@b.example/", "https://good.example@b.example/", "https://a.example:99999/", "https://["),
        *(
            "https://a.example/\r\nSet-Cookie: x=1",
            "https://a.example/a b",
            "java\nscript:x",
            "https://a\u2028.example",
        ),
        *("https://%0d%0a.example/", "https://a..ü/", "https://a.example/" + "x" * LONGEST),
    ],
)
def test_everything_else_is_left_alone(written: str) -> None:
    assert destination(written) is None


ADDRESSES = st.text() | st.tuples(st.sampled_from(["http://", "https://", "HTTP:", "//"]), st.text()).map("".join)


@given(ADDRESSES)
def test_a_destination_is_a_plain_web_address_and_its_own_destination(written: str) -> None:
    leads = destination(written)
    if leads is not None:
        assert leads.isascii()
        assert leads.isprintable()
        assert not set(' \\"<>') & set(leads)
        parts = urlsplit(leads)
        assert parts.scheme in ("http", "https")
        assert parts.hostname
        assert "@" not in parts.netloc
        assert destination(leads) == leads


def test_each_destination_counts_once_and_our_own_addresses_do_not() -> None:
    hrefs = ["https://b.example/", f"{BASE}/t/u/abc", "https://a.example/", "HTTPS://B.example/", f"{BASE}/t/c/x", "#a"]
    assert trackable(BASE, hrefs) == ["https://b.example/", "https://a.example/"]
    assert is_ours(BASE, f"{BASE}/t/o/x.gif")
    assert not is_ours(BASE, "https://mail.example.evil/t/c/x")
