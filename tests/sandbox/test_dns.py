"""The sandbox's name server, by dnspython's own client."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import dns.asyncquery
import dns.message
import dns.rcode
import httpx
import pytest

from mailwarden_sandbox.app import Sandbox
from mailwarden_sandbox.dns.door import DnsDoor

HOST = "127.0.0.1"
HOME = "harbor-books.test"


@pytest.fixture
async def port(sandbox: Sandbox) -> AsyncIterator[int]:
    door = DnsDoor(sandbox, HOST)
    await door.start()
    assert sandbox.dns is not None
    yield int(sandbox.dns.rpartition(":")[2])
    await door.stop()


async def ask(port: int, name: str, kind: str, *, tcp: bool = False, patience: float = 5) -> dns.message.Message:
    question = dns.message.make_query(name, kind)
    how: Any = dns.asyncquery.tcp if tcp else dns.asyncquery.udp
    answer: dns.message.Message = await how(question, HOST, port=port, timeout=patience)
    return answer


async def texts(port: int, name: str, kind: str) -> list[str]:
    answer = await ask(port, name, kind)
    return [record.to_text() for group in answer.answer for record in group]


async def put(http: httpx.AsyncClient, name: str, kind: str, *values: str) -> httpx.Response:
    return await http.put("/_sandbox/dns/records", json={"name": name, "type": kind, "values": list(values)})


async def test_the_control_api_tells_where_it_is_and_what_it_knows(port: int, http: httpx.AsyncClient):
    told = (await http.get("/_sandbox/dns")).json()
    assert told["server"] == f"{HOST}:{port}"
    assert told["records"][f"mail.{HOME}"] == {"A": ["198.51.100.1"]}


async def test_an_accounts_domain_has_the_records_of_a_careful_sender(port: int):
    assert await texts(port, HOME, "TXT") == ['"v=spf1 ip4:198.51.100.1 -all"']
    assert await texts(port, "1.100.51.198.in-addr.arpa", "PTR") == [f"mail.{HOME}."]
    assert await texts(port, f"mail.{HOME}", "A") == ["198.51.100.1"]
    [key] = await texts(port, f"news1._domainkey.{HOME}", "TXT")
    assert key.replace('" "', "").startswith('"v=DKIM1; k=rsa; p=MII')


async def test_a_name_without_records_of_a_type_is_there_and_a_strange_one_is_not(port: int):
    for name, code in (
        (f"mail.{HOME}", dns.rcode.NOERROR),
        (f"_domainkey.{HOME}", dns.rcode.NOERROR),
        ("nobodys.test", dns.rcode.NXDOMAIN),
    ):
        answer = await ask(port, name, "TXT")
        assert (answer.rcode(), answer.answer) == (code, []), name


async def test_what_is_entered_replaces_what_was_there_until_a_reset(port: int, http: httpx.AsyncClient):
    long = "v=spf1 " + "ip4:192.0.2.1 " * 40 + '-all "é"'
    assert (await put(http, HOME.upper(), "TXT", long)).status_code == 200
    assert (await put(http, f"_dmarc.{HOME}", "TXT")).status_code == 200
    assert (await put(http, "alias.test", "CNAME", f"{HOME}.")).status_code == 200
    [record] = [one for group in (await ask(port, HOME, "TXT")).answer for one in group]
    assert b"".join(record.strings).decode() == long
    assert (await ask(port, f"_dmarc.{HOME}", "TXT")).rcode() == dns.rcode.NXDOMAIN
    assert await texts(port, "alias.test", "A") == [f"{HOME}.", "198.51.100.1"]
    await http.post("/_sandbox/reset")
    assert await texts(port, HOME, "TXT") == ['"v=spf1 ip4:198.51.100.1 -all"']


async def test_blocklists_hold_their_test_entries_and_what_was_entered(port: int, http: httpx.AsyncClient):
    assert await texts(port, "2.0.0.127.bl.spamcop.net", "A") == ["127.0.0.2"]
    assert (await ask(port, "1.0.0.127.bl.spamcop.net", "A")).rcode() == dns.rcode.NXDOMAIN
    assert (await ask(port, "1.100.51.198.bl.spamcop.net", "A")).rcode() == dns.rcode.NXDOMAIN
    await put(http, "1.100.51.198.bl.spamcop.net", "A", "127.0.0.2")
    assert await texts(port, "1.100.51.198.bl.spamcop.net", "A") == ["127.0.0.2"]


async def test_trouble_reaches_all_beneath_a_name_and_ends(port: int, http: httpx.AsyncClient):
    async def trouble(kind: str | None) -> None:
        body = {"name": HOME, "kind": kind}
        assert (await http.put("/_sandbox/dns/trouble", json=body)).status_code == 200

    await trouble("servfail")
    assert (await ask(port, f"_dmarc.{HOME}", "TXT")).rcode() == dns.rcode.SERVFAIL
    assert (await ask(port, "juniper-outdoor.test", "TXT")).rcode() == dns.rcode.NOERROR
    await trouble("silence")
    with pytest.raises(dns.exception.Timeout):
        await ask(port, HOME, "TXT", patience=0.3)
    await trouble(None)
    assert (await ask(port, HOME, "TXT")).rcode() == dns.rcode.NOERROR


async def test_a_long_answer_is_cut_short_over_udp_and_whole_over_tcp(port: int, http: httpx.AsyncClient):
    await put(http, "long.test", "TXT", *(f"{number} " + "x" * 200 for number in range(12)))
    assert (await ask(port, "long.test", "TXT")).answer == []
    assert len((await ask(port, "long.test", "TXT", tcp=True)).answer[0]) == 12


async def test_nonsense_is_refused_or_left_without_an_answer(port: int, http: httpx.AsyncClient):
    assert (await put(http, "a.test", "A", "not an address")).status_code == 422
    assert (await put(http, "a.test", "MX", "mail.a.test.")).status_code == 422
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, remote_addr=(HOST, port))
    transport.sendto(b"\x00\x01nonsense")
    transport.close()
    assert (await ask(port, HOME, "TXT")).rcode() == dns.rcode.NOERROR
