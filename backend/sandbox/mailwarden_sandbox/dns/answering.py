"""What zones answer, by RFC 1034 §4.3.2: aliases followed, NXDOMAIN only where nothing is beneath a name, either."""

from collections.abc import Mapping, Sequence

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

Records = Mapping[str, Sequence[str]]  # by type, as in a zone file: TXT in quotes, MX with its preference
Zones = Mapping[str, Records]  # by name in lower case, without the final dot
MOST_ALIASES = 16
_LONGEST_STRING = 255  # RFC 1035 §3.3


def quoted(text: str) -> str:
    """A TXT record of any length as it stands in a zone file; octets beyond ASCII as ``\\DDD``."""
    octets = text.encode()
    parts = [octets[at : at + _LONGEST_STRING] for at in range(0, len(octets), _LONGEST_STRING)] or [b""]
    return " ".join(f'"{"".join(map(_escaped, part))}"' for part in parts)


def _escaped(octet: int) -> str:
    return f"\\{octet:03d}" if octet in b'"\\' or not 0x20 <= octet < 0x7F else chr(octet)


def answer(question: dns.message.Message, zones: Zones, ttl: int) -> dns.message.Message:
    reply = dns.message.make_response(question, recursion_available=True)
    kind = dns.rdatatype.to_text(question.question[0].rdtype)
    name = question.question[0].name.to_text(omit_final_dot=True).lower()
    for _ in range(MOST_ALIASES):
        records = zones.get(name)
        if records is None or "CNAME" not in records or kind == "CNAME":
            break
        reply.answer.append(dns.rrset.from_text(name + ".", ttl, "IN", "CNAME", *records["CNAME"]))
        name = records["CNAME"][0].removesuffix(".").lower()
    if records is None and not any(one.endswith("." + name) for one in zones):
        reply.set_rcode(dns.rcode.NXDOMAIN)
    elif records and kind in records:
        reply.answer.append(dns.rrset.from_text(name + ".", ttl, "IN", kind, *records[kind]))
    return reply
