"""Sums of figures, added up in Python where the database gives them in pieces. Unknown and unknown is unknown."""

from collections.abc import Iterable, Mapping
from typing import Any

from mailwarden.metrics.rules import RATES, STATED

PARTS = tuple(f"{rate}_{side}" for rate in RATES for side in ("part", "whole"))
ADDED = (*STATED, *PARTS)

Sums = dict[str, Any]


def nothing() -> Sums:
    return {"campaigns": 0, "delivered_derived": False, **dict.fromkeys(ADDED)}


def add(pieces: Iterable[Mapping[str, Any]]) -> Sums:
    total = nothing()
    for piece in pieces:
        total["campaigns"] += piece["campaigns"]
        total["delivered_derived"] |= piece["delivered_derived"]
        for name in ADDED:
            if piece[name] is not None:
                total[name] = (total[name] or 0) + int(piece[name])
    return total


def _counted() -> str:
    """Over campaigns ``c``, each with its figures ``o`` or none."""
    columns = ["count(c.id)::int AS campaigns", "coalesce(bool_or(o.delivered_derived), false) AS delivered_derived"]
    columns += [f"sum(o.{name})::bigint AS {name}" for name in STATED]
    for rate, (part, whole) in RATES.items():
        both = f"FILTER (WHERE o.{part} IS NOT NULL AND o.{whole} IS NOT NULL)"
        columns += [f"sum(o.{part}) {both}::bigint AS {rate}_part", f"sum(o.{whole}) {both}::bigint AS {rate}_whole"]
    return ", ".join(columns)


def _rolled() -> str:
    """Over rows ``d`` of the roll-up."""
    columns = [
        "sum(d.campaigns)::int AS campaigns",
        "coalesce(bool_or(d.delivered_derived), false) AS delivered_derived",
    ]
    return ", ".join(columns + [f"sum(d.{name})::bigint AS {name}" for name in ADDED])


COUNTED, ROLLED = _counted(), _rolled()
