"""Over the wire to a server on loopback: every kind of answer, and every kind of trouble."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import dns.flags
import dns.message
import dns.rcode
import pytest

from mailwarden.deliverability.dns.answers import Exchange, Reason, State
from mailwarden.deliverability.dns.resolver import AioDnsResolver, Options
from tests.support.dns_server import Behaviour, NameServer, Zones, cut_off, fails_with, name_server, silent

ZONES: Zones = {
    "d.example": {
        "A": ["192.0.2.1", "192.0.2.2"],
        "AAAA": ["2001:db8::1"],
        "MX": ["10 mx.d.example.", "20 mx2.d.example."],
        "TXT": ['"v=spf1 " "-all"', '"other"'],
        "CAA": ['0 issue "ca.example"'],
    },
    "null.example": {"MX": ["0 ."]},
    "odd.example": {"TXT": ['"v=spf1 \\195\\164 -all"']},
    "long.example": {"TXT": [" ".join(f'"{"x" * 250}"' for _ in range(12))]},
    "1.2.0.192.in-addr.arpa": {"PTR": ["mx.d.example."]},
    "alias.example": {"CNAME": ["d.example."]},
    "far.alias.example": {"CNAME": ["alias.example."]},
    "bare.example": {"CNAME": ["null.example."]},
    "dangling.example": {"CNAME": ["gone.example."]},
    "a+b.x:y.example": {"A": ["127.0.0.2"]},
    "_25._tcp.mx.example": {"TLSA": ["3 1 1 " + "ab" * 32]},
}


@asynccontextmanager
async def asking(
    behaviour: Behaviour | None = None, ttl: int = 60, timeout_s: float = 5
) -> AsyncIterator[tuple[AioDnsResolver, NameServer]]:
    async with name_server(ZONES, behaviour, ttl) as server:
        resolver = AioDnsResolver(Options(nameservers=(server.address,), timeout_s=timeout_s))
        try:
            yield resolver, server
        finally:
            await resolver.close()


async def test_each_type_of_record():
    async with asking() as (resolver, _):
        assert set((await resolver.ask("D.Example.", "A")).strings) == {"192.0.2.1", "192.0.2.2"}
        assert (await resolver.ask("d.example", "AAAA")).strings == ("2001:db8::1",)
        mx = await resolver.ask("d.example", "MX")
        assert set(mx.exchanges) == {Exchange(10, "mx.d.example"), Exchange(20, "mx2.d.example")}
        txt = await resolver.ask("d.example", "TXT")
        assert {one.text for one in txt.texts} == {"v=spf1 -all", "other"}
        assert (txt.ttl, set(txt.raw)) == (60, {'"v=spf1 -all"', '"other"'})
        assert (await resolver.ask("1.2.0.192.in-addr.arpa", "PTR")).strings == ("mx.d.example",)
        assert (await resolver.ask("d.example", "CAA")).strings == ('0 issue "ca.example"',)
        assert (await resolver.ask("_25._tcp.mx.example", "TLSA")).strings == ("3 1 1 " + "ab" * 32,)


async def test_a_null_mx_has_no_host():
    async with asking() as (resolver, _):
        assert (await resolver.ask("null.example", "MX")).exchanges == (Exchange(0, ""),)


async def test_bytes_outside_ascii_are_seen():
    async with asking() as (resolver, _):
        (text,) = (await resolver.ask("odd.example", "TXT")).texts
        assert not text.is_ascii
        assert text.text == r"v=spf1 \xc3\xa4 -all"


async def test_absent_name_and_absent_type_differ():
    async with asking() as (resolver, _):
        assert (await resolver.ask("gone.example", "A")).state is State.NXDOMAIN
        assert (await resolver.ask("null.example", "A")).state is State.NODATA
        assert (await resolver.ask("in-addr.arpa", "A")).state is State.NODATA  # only names below it have records


async def test_aliases_are_followed_and_shown():
    async with asking() as (resolver, _):
        far = await resolver.ask("far.alias.example", "A")
        assert (len(far.strings), far.aliases) == (2, ("alias.example", "d.example"))
        assert (await resolver.ask("far.alias.example", "CNAME")).strings == ("alias.example",)


async def test_an_alias_of_a_name_without_the_type_has_no_data():
    async with asking() as (resolver, _):
        bare = await resolver.ask("bare.example", "A")
        assert (bare.state, bare.aliases, bare.values) == (State.NODATA, ("null.example",), ())
        assert (await resolver.ask("dangling.example", "A")).state is State.NXDOMAIN


async def test_what_does_not_fit_comes_over_tcp():
    async with asking() as (resolver, server):
        (text,) = (await resolver.ask("long.example", "TXT")).texts
        assert len(text.raw) == 3000
        assert server.over_tcp == 1


@pytest.mark.parametrize("name", ["a+b.x:y.example", "a+B.X:y.example."])
async def test_names_that_c_ares_refuses_are_asked_all_the_same(name):
    async with asking() as (resolver, _):
        assert (await resolver.ask(name, "A")).strings == ("127.0.0.2",)
        assert (await resolver.ask("a%b.example", "A")).state is State.NXDOMAIN
        assert (await resolver.ask(r"a\.b.d.example", "A")).state is State.NXDOMAIN
        assert (await resolver.ask("a b.example", "TXT")).state is State.NXDOMAIN


@pytest.mark.parametrize("name", ["", ".", "a..b", ".a", "x" * 64 + ".example", "x." * 127 + "x", "ä.example"])
async def test_what_is_no_name_is_not_asked(name):
    async with asking() as (resolver, server):
        answer = await resolver.ask(name, "A")
        assert (answer.state, answer.reason) == (State.UNKNOWN, Reason.BAD_NAME)
        assert not server.asked


def of_another_question(question: dns.message.Message, honest: dns.message.Message) -> dns.message.Message:
    honest.id = (honest.id + 1) % 65536
    return honest


TROUBLE: dict[str, tuple[Behaviour, set[Reason]]] = {
    "silence": (silent, {Reason.TIMEOUT}),
    "servfail": (fails_with(dns.rcode.SERVFAIL), {Reason.SERVFAIL}),
    "refused": (fails_with(dns.rcode.REFUSED), {Reason.REFUSED}),
    "not implemented": (fails_with(dns.rcode.NOTIMP), {Reason.NOT_IMPLEMENTED}),
    "formerr": (fails_with(dns.rcode.FORMERR), {Reason.MALFORMED}),
    "another's answer": (of_another_question, {Reason.TIMEOUT, Reason.MALFORMED}),
}


@pytest.mark.parametrize("trouble", TROUBLE)
@pytest.mark.parametrize("name", ["d.example", "gone.example", "a+b.x:y.example"])
async def test_trouble_is_never_absence(trouble, name):
    behave, reasons = TROUBLE[trouble]
    async with asking(behave, timeout_s=0.3 if Reason.TIMEOUT in reasons else 5) as (resolver, _):
        answer = await resolver.ask(name, "TXT")
        assert answer.state is State.UNKNOWN
        assert answer.reason in reasons | ({Reason.OTHER} if "+" in name else set())


async def test_what_stays_truncated_is_not_absent():
    async with asking(cut_off) as (resolver, _):
        for type in ("TXT", "MX"):
            answer = await resolver.ask("d.example", type)
            assert (answer.state, answer.reason) == (State.UNKNOWN, Reason.TRUNCATED)


async def test_truncated_where_tcp_is_shut():
    async with name_server(ZONES, cut_off, tcp=False) as server:
        resolver = AioDnsResolver(Options(nameservers=(server.address,), timeout_s=0.3))
        assert (await resolver.ask("long.example", "TXT")).state is State.UNKNOWN
        assert (await resolver.ask("d.example", "A")).state is State.UNKNOWN
        await resolver.close()


async def test_nobody_there():
    async with name_server({}) as server:
        address = server.address
    resolver = AioDnsResolver(Options(nameservers=(address,), timeout_s=0.3))
    for name in ("d.example", "a+b.example"):
        assert (await resolver.ask(name, "A")).state is State.UNKNOWN
    await resolver.close()


async def test_a_fresh_resolver_sees_a_record_that_was_missing_a_moment_ago():
    async with name_server({"d.example": {"A": ["192.0.2.1"]}}) as server:
        resolver = AioDnsResolver(Options(nameservers=(server.address,), timeout_s=0.3))
        assert (await resolver.ask("d.example", "TXT")).state is State.NODATA
        server.zones["d.example"]["TXT"] = ['"v=spf1 -all"']
        async with resolver.fresh() as fresh:
            assert (await fresh.ask("d.example", "TXT")).found
        await resolver.close()


async def test_absence_of_texts_is_not_believed_from_memory():
    async with name_server({"d.example": {"A": ["192.0.2.1"]}}) as server:
        resolver = AioDnsResolver(Options(nameservers=(server.address,), timeout_s=0.3))
        assert (await resolver.ask("d.example", "TXT")).state is State.NODATA
        server.zones["d.example"]["TXT"] = ['"v=spf1 -all"']
        assert (await resolver.ask("d.example", "TXT")).found
        await resolver.close()


async def test_a_thousand_questions_at_once_all_get_their_answer():
    zones: Zones = {f"n{i}.example": {"TXT": [f'"{i}"']} for i in range(1000)}
    async with name_server(zones) as server:
        resolver = AioDnsResolver(Options(nameservers=(server.address,), timeout_s=60))
        answers = await asyncio.gather(*(resolver.ask(name, "TXT") for name in zones))
        assert [one.texts[0].text for one in answers] == [str(i) for i in range(1000)]
        await resolver.close()


async def test_a_slow_answer_is_waited_for():
    """After quick ones c-ares would wait a quarter of a second for the next."""
    late = 3

    def slow_at_first(question: dns.message.Message, honest: dns.message.Message) -> dns.message.Message | None:
        nonlocal late
        if question.question[0].name.to_text() != "slow.example.":
            return honest
        late -= 1
        return None if late >= 0 else honest

    zones: Zones = {f"n{i}.example": {"A": ["192.0.2.1"]} for i in range(20)} | {"slow.example": {"A": ["192.0.2.2"]}}
    async with name_server(zones, slow_at_first) as server:
        resolver = AioDnsResolver(Options(nameservers=(server.address,), timeout_s=20))
        for i in range(20):
            assert (await resolver.ask(f"n{i}.example", "A")).found
        assert (await resolver.ask("slow.example", "A")).found
        await resolver.close()


async def test_a_question_that_fails_is_not_asked_over_and_over():
    async with name_server({}, fails_with(dns.rcode.SERVFAIL)) as server:
        resolver = AioDnsResolver(Options(nameservers=(server.address,), timeout_s=5))
        assert (await resolver.ask("d.example", "A")).reason is Reason.SERVFAIL
        assert len(server.asked) <= 2
        await resolver.close()
