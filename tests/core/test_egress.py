from typing import Any

import httpcore
import pytest

from mailwarden.core.egress import EgressBlocked, EgressGuard, GuardedBackend, resolve_by_system

PUBLIC = "93.184.216.34"
NEVER = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:93.184.216.34",
    "64:ff9b::7f00:1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "ff02::1",
]


def guard(*answers: str, **over: object) -> EgressGuard:
    async def resolve(host: str, port: int) -> list[str]:
        return list(answers)

    return EgressGuard(resolve=resolve, **over)  # type: ignore[arg-type]


@pytest.mark.parametrize("address", NEVER)
async def test_addresses_inside_are_blocked_alone_and_among_others(address):
    for answers in ([address], [PUBLIC, address], [address, PUBLIC]):
        with pytest.raises(EgressBlocked):
            await guard(*answers).addresses("host.test", 443)


@pytest.mark.parametrize("address", [PUBLIC, "2606:2800:220:1::1", "172.32.0.1", "100.128.0.1"])
async def test_public_addresses_pass(address):
    assert await guard(address).addresses("host.test", 443) == [address]


async def test_only_named_ports_pass():
    assert await guard(PUBLIC, ports=(993,)).addresses("host.test", 993)
    with pytest.raises(EgressBlocked):
        await guard(PUBLIC, ports=(993,)).addresses("host.test", 22)


async def test_the_operator_may_allow_and_deny_ranges():
    inside = guard("10.1.2.3", allow=["10.1.0.0/16"])
    assert await inside.addresses("host.test", 9999) == ["10.1.2.3"]
    with pytest.raises(EgressBlocked):
        await guard("10.1.2.3", "10.2.0.1", allow=["10.1.0.0/16"]).addresses("host.test", 443)
    with pytest.raises(EgressBlocked):
        await guard(PUBLIC, deny=["93.184.0.0/16"]).addresses("host.test", 443)


@pytest.mark.parametrize("spelling", ["0x7f.1", "2130706433", "0177.0.0.1", "127.1", "localhost"])
async def test_other_spellings_of_loopback_are_what_they_resolve_to(spelling):
    with pytest.raises(EgressBlocked):
        await EgressGuard().addresses(spelling, 443)


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a" * 300, "x..y"])
async def test_a_name_that_resolves_to_nothing_is_a_plain_connection_error(host):
    with pytest.raises(httpcore.ConnectError):
        await EgressGuard().addresses(host, 443)
    with pytest.raises(httpcore.ConnectError):
        await guard().addresses(host, 443)


class Network(httpcore.AsyncNetworkBackend):
    """Connects to nothing and remembers where."""

    def __init__(self, dead: set[str]) -> None:
        self.dead = dead
        self.tried: list[str] = []

    async def connect_tcp(self, host: str, *_how: Any, **_more: Any) -> httpcore.AsyncNetworkStream:
        self.tried.append(host)
        if host in self.dead:
            raise httpcore.ConnectError
        return httpcore.AsyncMockStream([])


async def test_the_judged_address_is_the_one_connected_to_and_resolved_once():
    resolved: list[str] = []

    async def rebinding(host: str, port: int) -> list[str]:
        resolved.append(host)
        return [PUBLIC] if len(resolved) == 1 else ["127.0.0.1"]

    network = Network(dead=set())
    await GuardedBackend(EgressGuard(resolve=rebinding), network).connect_tcp("evil.test", 443)
    assert (network.tried, resolved) == ([PUBLIC], ["evil.test"])


async def test_all_judged_addresses_are_tried():
    network = Network(dead={PUBLIC})
    await GuardedBackend(guard(PUBLIC, "93.184.216.35"), network).connect_tcp("host.test", 443)
    assert network.tried == [PUBLIC, "93.184.216.35"]
    with pytest.raises(httpcore.ConnectError):
        await GuardedBackend(guard(PUBLIC), network).connect_tcp("host.test", 443)


async def test_a_blocked_host_sees_no_connection():
    network = Network(dead=set())
    with pytest.raises(EgressBlocked):
        await GuardedBackend(guard(PUBLIC, "127.0.0.1"), network).connect_tcp("host.test", 443)
    assert network.tried == []


async def test_the_system_resolver_answers_literals_as_they_are():
    assert list(await resolve_by_system("127.0.0.1", 80)) == ["127.0.0.1"]
