"""What is asked, and what is never asked."""

import random
from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwarden.deliverability.blocklists.registry import Face, Kind
from mailwarden.deliverability.blocklists.rules.names import (
    asset_of,
    canaries,
    face_of,
    made_up,
    prefixes,
    registered,
)
from mailwarden.deliverability.dns.addresses import NEVER, public_address
from tests.deliverability.blocklists.zones import list_of


def test_addresses_are_asked_backwards() -> None:
    assert prefixes(list_of("spamhaus_zen"), "192.0.2.99") == ("99.2.0.192",)
    nibbles = "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2"
    assert prefixes(list_of("spamhaus_zen"), "2001:db8::1") == (nibbles,)


@given(st.integers(0, 2**32 - 1), st.integers(2**125, 2**126 - 1))
def test_every_address_has_a_name_of_its_own(four: int, six: int) -> None:
    v4, v6 = IPv4Address(four), IPv6Address(six)
    if not any(v4 in network for network in NEVER):
        assert prefixes(list_of("psbl"), str(v4))[0].split(".") == str(v4).split(".")[::-1]
    assert prefixes(list_of("s5h"), str(v6))[0].replace(".", "")[::-1] == v6.exploded.replace(":", "")


@pytest.mark.parametrize(
    "nobodys",
    [
        *("127.0.0.2", "10.1.2.3", "192.168.0.1", "169.254.169.254", "224.0.0.1", "0.0.0.0", "255.255.255.255"),
        *(
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "::ffff:127.0.0.2",
            "2001:4860::1%eth0",
            "1.2.3",
            "1.2.3.4.5",
            "example.com",
            "",
        ),
    ],
)
def test_what_is_nobodys_address_is_never_asked(nobodys: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each says what it was given
        public_address(nobodys)


def test_an_ipv4_address_in_ipv6_clothes_is_one_of_ipv4() -> None:
    assert asset_of(Kind.IP, "::ffff:192.0.2.1") == "192.0.2.1"
    assert face_of(Kind.IP, "::ffff:192.0.2.1") is Face.IPV4


@pytest.mark.parametrize("text", ["192.0.2.1", "2001:db8::1", "", "a..example", "x" * 64 + ".example", "exämple.com"])
def test_no_address_and_no_nonsense_reaches_a_domain_list(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each says what it was given
        prefixes(list_of("spamhaus_dbl"), text)


def test_each_domain_list_is_asked_as_it_wants() -> None:
    assert prefixes(list_of("spamhaus_dbl"), "News.Mail.Example.co.uk.") == ("example.co.uk", "news.mail.example.co.uk")
    assert prefixes(list_of("surbl"), "news.mail.example.co.uk") == ("news.mail.example.co.uk",)
    assert prefixes(list_of("uribl"), "example.com") == ("example.com",)
    assert registered("co.uk") == "co.uk"


def test_canaries_are_those_of_the_rfc_unless_the_list_has_its_own() -> None:
    assert canaries(list_of("psbl"), Face.IPV4) == ("2.0.0.127", "1.0.0.127")
    listed, unlisted = canaries(list_of("spamhaus_zen"), Face.IPV6)
    assert listed == "2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0"
    assert unlisted.startswith("1.0.0.0.0.0.f.7.")
    assert canaries(list_of("spamhaus_dbl"), Face.NAME) == ("dbltest.com", "invalid")
    assert canaries(list_of("surbl"), Face.NAME) == ("2.0.0.127", "1.0.0.127")


def test_the_networks_of_documentation_may_be_asked() -> None:
    assert not any(ip_network("192.0.2.0/24").overlaps(one) for one in NEVER if one.version == 4)


def test_a_made_up_label_is_another_each_time() -> None:
    rng = random.Random(1)
    labels = {made_up(rng) for _ in range(100)}
    assert len(labels) == 100
    assert all(len(one) == 20 and one.isalpha() for one in labels)
