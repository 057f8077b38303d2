"""What one answer of a blocklist means. Only a documented code is a listing; everything odd is "cannot tell"."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from ipaddress import IPv4Address

from mailwarden.deliverability.blocklists.registry import ERRORS, STATEMENTS, Blocklist, Code, Tier
from mailwarden.deliverability.dns.answers import Answer

ODD_LENGTH = 32  # no list says so much at once


class Verdict(StrEnum):
    LISTED = "listed"
    CLEAR = "clear"
    REFUSED = "refused"  # an error code
    BROKEN = "broken"  # no statement of a blocklist at all: a parked domain, or a resolver that lies
    UNCLEAR = "unclear"  # a statement, but none that the list documents
    UNKNOWN = "unknown"  # nobody answered


# The first that occurs among several answers decides: distrust before belief, belief before absence.
ORDER = (Verdict.BROKEN, Verdict.REFUSED, Verdict.LISTED, Verdict.UNCLEAR, Verdict.UNKNOWN, Verdict.CLEAR)


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that a list says of an asset."""

    code: str
    meaning: str
    tier: Tier
    cause: str | None


@dataclass(frozen=True, slots=True)
class Reading:
    """``undocumented``: codes that the list does not explain, as they came."""

    verdict: Verdict
    why: str
    hits: tuple[Hit, ...] = ()
    undocumented: tuple[str, ...] = ()
    raw: tuple[str, ...] = ()

    @property
    def is_definite(self) -> bool:
        return self.verdict in (Verdict.LISTED, Verdict.CLEAR)

    @property
    def tier(self) -> Tier:
        return min((hit.tier for hit in self.hits), default=Tier.INFO)


def read(blocklist: Blocklist, answer: Answer) -> Reading:
    if answer.unknown:
        return Reading(Verdict.UNKNOWN, f"No answer: {answer.reason or 'unknown'}.")
    if answer.absent:
        return Reading(Verdict.CLEAR, "Not listed.")
    raw = answer.strings
    if not raw or len(raw) > ODD_LENGTH or (strange := _strange(raw)) is not None:
        what = strange if raw and len(raw) <= ODD_LENGTH else f"{len(raw)} addresses"
        return Reading(Verdict.BROKEN, f"{what} is no answer of a blocklist.", raw=raw)
    return _statements(blocklist, [IPv4Address(one) for one in raw])


def read_test_entry(blocklist: Blocklist, answer: Answer) -> Reading:
    """Lists that answer in bits set all of them there, those that they gave up or keep for later, too."""
    reading = read(blocklist, answer)
    if reading.verdict is not Verdict.UNCLEAR or not blocklist.by_bits:
        return reading
    known = sum(code.bit or 0 for code in blocklist.codes)
    meant = [IPv4Address(int(IPv4Address(one)) & (0xFFFFFF00 | known)) for one in reading.raw]
    return replace(_statements(blocklist, meant), raw=reading.raw)


def _strange(raw: Iterable[str]) -> str | None:
    """The first that no blocklist would say."""
    for one in raw:
        try:
            inside = IPv4Address(one) in STATEMENTS
        except ValueError:
            inside = False
        if not inside:
            return one[:80]
    return None


def _statements(blocklist: Blocklist, said: list[IPv4Address]) -> Reading:
    raw = tuple(str(one) for one in said)
    refused = next((why for one in said if (why := refusal(blocklist, one)) is not None), None)
    if refused is not None:
        return Reading(Verdict.REFUSED, refused, raw=raw)
    hits: dict[str, Hit] = {}
    undocumented: list[str] = []
    for one in said:
        codes = list(_codes(blocklist, one))
        if not codes:
            undocumented.append(str(one))
        hits.update({code.mark: Hit(code.mark, code.meaning, code.tier, code.cause) for code in codes})
    return _conclude(tuple(hits.values()), tuple(undocumented), raw)


def _conclude(hits: tuple[Hit, ...], undocumented: tuple[str, ...], raw: tuple[str, ...]) -> Reading:
    if any(hit.tier is not Tier.INFO for hit in hits):
        why = "; ".join(hit.meaning for hit in hits if hit.tier is not Tier.INFO)
        return Reading(Verdict.LISTED, why, hits, undocumented, raw)
    if undocumented:
        return Reading(Verdict.UNCLEAR, f"{undocumented[0]} is no documented code.", hits, undocumented, raw)
    return Reading(Verdict.CLEAR, "; ".join(hit.meaning for hit in hits), hits, (), raw)


def refusal(blocklist: Blocklist, said: IPv4Address) -> str | None:
    """Why the list did not answer the question; None where it did."""
    last = int(said) & 0xFF
    for error in blocklist.errors:
        if error.code == said or (error.bit is not None and _small(said) and last & error.bit):
            return f"{said}: {error.meaning}."
    if said in ERRORS:
        return f"{said}: the list refuses to answer."
    return None


def _codes(blocklist: Blocklist, said: IPv4Address) -> Iterator[Code]:
    """Nothing where any part of it is not documented."""
    if not blocklist.by_bits:
        yield from (code for code in blocklist.codes if code.code == said)
        return
    last, known = int(said) & 0xFF, 0
    for code in blocklist.codes:
        known |= code.bit or 0
    if _small(said) and last and not last & ~known:
        yield from (code for code in blocklist.codes if last & (code.bit or 0))


def _small(said: IPv4Address) -> bool:
    """127.0.0.x: where bits are read from."""
    return int(said) >> 8 == int(IPv4Address("127.0.0.0")) >> 8


def together(readings: Iterable[Reading]) -> Reading:
    """Of one asset that several names were asked for."""
    found = sorted(readings, key=lambda one: ORDER.index(one.verdict))
    first = found[0]
    alike = [one for one in found if one.verdict is first.verdict]
    hits = {hit.code: hit for one in alike for hit in one.hits}
    return Reading(
        first.verdict,
        first.why,
        tuple(hits.values()),
        tuple(dict.fromkeys(code for one in alike for code in one.undocumented)),
        tuple(dict.fromkeys(code for one in alike for code in one.raw)),
    )
