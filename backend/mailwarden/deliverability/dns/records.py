"""Turns what c-ares and dnspython read off the wire into answers of ours."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import dns.rdata
import dns.rdatatype
import dns.resolver
import pycares

from mailwarden.deliverability.dns.answers import Answer, Exchange, Reason, State, Text, Value, unknown

NODATA, NXDOMAIN = 1, 4  # c-ares' numbers of errors
REASONS = {
    2: Reason.MALFORMED,
    3: Reason.SERVFAIL,
    5: Reason.NOT_IMPLEMENTED,
    6: Reason.REFUSED,
    7: Reason.MALFORMED,
    8: Reason.BAD_NAME,
    10: Reason.MALFORMED,
    11: Reason.UNREACHABLE,
    12: Reason.TIMEOUT,
}


def of_error(name: str, type: str, number: int) -> Answer:
    if number == NODATA:
        return Answer(name, type, State.NODATA)
    if number == NXDOMAIN:
        return Answer(name, type, State.NXDOMAIN)
    return unknown(name, type, REASONS.get(number, Reason.OTHER))


def of_cares(name: str, type: str, wanted: int, records: Sequence[pycares.DNSRecord]) -> Answer:
    """A reply that holds CNAMEs alone is a success to c-ares; here it is one without data."""
    values: list[Value] = []
    aliases: list[str] = []
    for one in records:
        if one.type == wanted:
            values.append(_cares_value(one.data))
        elif isinstance(one.data, pycares.CNAMERecordData):
            aliases.append(_bare(one.data.cname))
    ttl = min((one.ttl for one in records if one.type == wanted), default=None)
    return _built(name, type, values, ttl, aliases)


def _cares_value(data: object) -> Value:
    read = READ.get(type(data))
    return read(data) if read is not None else str(data)


def _soa(data: Any) -> str:
    return f"{data.mname} {data.rname} {data.serial} {data.refresh} {data.retry} {data.expire} {data.minimum}"


READ: dict[type, Callable[[Any], Value]] = {
    pycares.TXTRecordData: lambda data: Text(data.data),
    pycares.ARecordData: lambda data: str(data.addr),
    pycares.AAAARecordData: lambda data: str(data.addr),
    pycares.MXRecordData: lambda data: Exchange(data.priority, _bare(data.exchange)),
    pycares.PTRRecordData: lambda data: _bare(data.dname),
    pycares.CNAMERecordData: lambda data: _bare(data.cname),
    pycares.NSRecordData: lambda data: _bare(data.nsdname),
    pycares.CAARecordData: lambda data: f'{data.critical} {data.tag} "{data.value}"',
    pycares.SOARecordData: _soa,
}


def of_dnspython(name: str, type: str, found: dns.resolver.Answer) -> Answer:
    chain = found.chaining_result
    aliases = [_bare(one.target.to_text()) for rrset in chain.cnames for one in rrset] if type != "CNAME" else []
    rrset = found.rrset
    values = [_dnspython_value(type, one) for one in rrset] if rrset is not None else []
    return _built(name, type, values, rrset.ttl if rrset is not None else None, aliases)


def _dnspython_value(type: str, rdata: dns.rdata.Rdata) -> Value:
    if type == "TXT":
        return Text(b"".join(rdata.strings))  # type: ignore[attr-defined]  # of this type alone
    if type == "MX":
        return Exchange(rdata.preference, _bare(rdata.exchange.to_text()))  # type: ignore[attr-defined]  # the same
    return _bare(rdata.to_text())


def _built(name: str, type: str, values: Sequence[Value], ttl: int | None, aliases: Iterable[str]) -> Answer:
    shown = tuple(_shown(one) for one in values)
    state = State.FOUND if values else State.NODATA
    return Answer(name, type, state, tuple(values), ttl, None, tuple(aliases), shown)


def _shown(value: Value) -> str:
    if isinstance(value, Exchange):
        return f"{value.preference} {value.host}."
    return f'"{value.text}"' if isinstance(value, Text) else value


def _bare(name: str) -> str:
    return name.removesuffix(".")
