"""What-if: facts as they would be. A recommendation is such a change, so its gain is what really comes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mailwarden.deliverability.facts import Listing
from mailwarden.deliverability.score.rules.facts import Facts


@dataclass(frozen=True, slots=True)
class Changes:
    """``rates`` in ppm by name (`complaints`, or `complaints:gmail` at one receiver). ``unlisted``: (list, asset)
    pairs that would be gone; ``all_unlisted``: every entry."""

    rates: Mapping[str, int] = field(default_factory=dict)
    authentication: Mapping[str, Any] = field(default_factory=dict)
    bulk: bool | None = None
    unlisted: frozenset[tuple[str, str]] = frozenset()
    all_unlisted: bool = False

    @property
    def empty(self) -> bool:
        return self == Changes()


def apply(facts: Facts, changes: Changes) -> Facts:
    return replace(
        facts,
        authentication=replace(facts.authentication, **changes.authentication),
        listings=_left(facts.listings, changes),
        bulk=facts.bulk if changes.bulk is None else changes.bulk,
        assumed={**facts.assumed, **changes.rates},
    )


def _left(listings: tuple[Listing, ...] | None, changes: Changes) -> tuple[Listing, ...] | None:
    if listings is None or changes.all_unlisted:
        return listings and ()
    return tuple(one for one in listings if (one.list, one.asset) not in changes.unlisted)
