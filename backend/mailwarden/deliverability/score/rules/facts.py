"""What a score is made of, and its one canonical spelling: whole numbers, words and dates, in a fixed order."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any

from mailwarden.deliverability.facts import Authentication, Listing


@dataclass(frozen=True, slots=True)
class Day:
    """Messages by the UTC day of their SEND, each counted once it is final (delivered, bounced or 72 h old).

    A base is the number of messages of those campaigns that state the count beside it: where a provider tells
    nothing, nothing may be inferred. ``bounced`` holds bounces whose kind is not known. Clicks and opens are people's.
    """

    day: date
    sent: int = 0
    delivered: int = 0
    bounce_base: int = 0
    hard: int = 0
    blocked: int = 0
    soft: int = 0
    bounced: int = 0
    complaint_base: int = 0
    complained: int = 0
    click_base: int = 0
    clicked: int = 0
    open_base: int = 0
    opened: int = 0
    unsubscribe_base: int = 0
    unsubscribed: int = 0


COUNTS = tuple(one.name for one in fields(Day) if one.name != "day")


@dataclass(frozen=True, slots=True)
class Group:
    """The same counts for the recipients at one receiver (`gmail`, `microsoft`, `yahoo`, `other`)."""

    name: str
    days: tuple[Day, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of one sending domain.

    ``listings`` None: no list could be asked. ``bulk``: about 5,000 messages a day to one receiver, ever.
    ``engagement`` False: transactional, or nothing is tracked. ``reported_spam_ppm``: the receiver's own spam rate.
    ``assumed``: rates in ppm that a what-if puts in the place of the measured ones; empty in every snapshot.
    """

    days: tuple[Day, ...] = ()
    authentication: Authentication = field(default_factory=Authentication)
    listings: tuple[Listing, ...] | None = None
    bulk: bool = False
    engagement: bool = True
    reported_spam_ppm: int | None = None
    groups: tuple[Group, ...] = ()
    assumed: Mapping[str, int] = field(default_factory=dict)


def merged(days: Iterable[Day]) -> tuple[Day, ...]:
    """One entry a day, oldest first: how a day's mail was divided into batches changes nothing."""
    sums: dict[date, list[int]] = {}
    for one in days:
        counts = sums.setdefault(one.day, [0] * len(COUNTS))
        for place, name in enumerate(COUNTS):
            counts[place] += getattr(one, name)
    return tuple(Day(day, *counts) for day, counts in sorted(sums.items()) if any(counts))


def canonical(facts: Facts) -> Facts:
    listings = None if facts.listings is None else tuple(sorted(set(facts.listings)))
    groups: dict[str, tuple[Day, ...]] = {}
    for one in facts.groups:
        groups[one.name] = merged((*groups.get(one.name, ()), *one.days))
    named = tuple(Group(name, days) for name, days in sorted(groups.items()) if days)
    return replace(facts, days=merged(facts.days), listings=listings, groups=named)


def dump(facts: Facts) -> dict[str, Any]:
    """JSON without a floating-point number in it."""
    facts = canonical(facts)
    listings = facts.listings
    return {
        "counts": list(COUNTS),
        "days": [_row(one) for one in facts.days],
        "authentication": {one.name: getattr(facts.authentication, one.name) for one in fields(Authentication)},
        "listings": None if listings is None else [_named(one) for one in listings],
        "bulk": facts.bulk,
        "engagement": facts.engagement,
        "reported_spam_ppm": facts.reported_spam_ppm,
        "groups": [{"name": one.name, "days": [_row(day) for day in one.days]} for one in facts.groups],
        "assumed": dict(sorted(facts.assumed.items())),
    }


def load(data: Mapping[str, Any]) -> Facts:
    """The inverse of ``dump``; a count that was not written then is 0."""
    names, listings = data["counts"], data["listings"]
    return Facts(
        days=_days(names, data["days"]),
        authentication=Authentication(**data["authentication"]),
        listings=None if listings is None else tuple(Listing(**one) for one in listings),
        bulk=data["bulk"],
        engagement=data["engagement"],
        reported_spam_ppm=data["reported_spam_ppm"],
        groups=tuple(Group(one["name"], _days(names, one["days"])) for one in data["groups"]),
        assumed=dict(data["assumed"]),
    )


def spell(data: Any) -> bytes:
    """The one spelling of this JSON: what is compared when a stored score is computed again."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def _named(one: Listing) -> dict[str, Any]:
    return {item.name: getattr(one, item.name) for item in fields(Listing)}


def _row(one: Day) -> list[Any]:
    return [one.day.isoformat(), *(getattr(one, name) for name in COUNTS)]


def _days(names: list[str], rows: list[list[Any]]) -> tuple[Day, ...]:
    return tuple(Day(date.fromisoformat(row[0]), **dict(zip(names, row[1:], strict=True))) for row in rows)
