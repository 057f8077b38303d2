"""Nobody chooses the address that we take them for."""

import pytest
from starlette.requests import Request

from mailwarden.core.peer import client_address, network

PROXY = ("10.0.0.0/8",)


def request(peer: str, *forwarded: str) -> Request:
    headers = [(b"x-forwarded-for", one.encode()) for one in forwarded]
    return Request({"type": "http", "headers": headers, "client": (peer, 1)})


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("192.0.2.9", (), "192.0.2.9"),
        ("192.0.2.9", ("203.0.113.1",), "192.0.2.9"),
        ("10.0.0.1", ("203.0.113.1",), "203.0.113.1"),
        ("10.0.0.1", ("6.6.6.6, 203.0.113.1",), "203.0.113.1"),
        ("10.0.0.1", ("6.6.6.6", "203.0.113.1, 10.9.9.9"), "203.0.113.1"),
        ("10.0.0.1", ("nonsense",), "10.0.0.1"),
        ("10.0.0.1", ("203.0.113.1, nonsense",), "10.0.0.1"),
        ("10.0.0.1", (), "10.0.0.1"),
        ("::ffff:10.0.0.1", ("203.0.113.1",), "203.0.113.1"),
        ("unix", (), "0.0.0.0"),
    ],
)
def test_only_our_proxies_are_believed(peer: str, forwarded: tuple[str, ...], found: str) -> None:
    assert str(client_address(request(peer, *forwarded), PROXY)) == found


def test_a_network_is_what_one_party_holds() -> None:
    assert network(client_address(request("192.0.2.9"), ())) == "192.0.2.0/24"
    assert network(client_address(request("2001:db8:1:2::3"), ())) == "2001:db8:1::/48"
