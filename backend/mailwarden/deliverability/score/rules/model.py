"""A version of the formula: numbers only, read from ``versions/``. A released file never changes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from mailwarden.deliverability.score.rules.fixed import log2, weights

CURRENT = "DS-1"
VERSIONS = ("DS-1",)
LINES = ("complaints", "bounces", "authentication", "blocklists", "engagement")
BITS = 20
UNIT = 1 << BITS
"""Decayed counts are whole numbers of this unit: one message of today weighs as much."""


@dataclass(frozen=True, slots=True)
class Part:
    """``max`` in 1/100 point while everything is assessed."""

    name: str
    line: str
    max: int


@dataclass(frozen=True, slots=True)
class RateRule:
    """``of`` weighs its counts in percent. Prior: ``prior_thousandths``/1000 events in ``strength`` messages."""

    of: tuple[tuple[str, int], ...]
    among: str
    prior_thousandths: int
    strength: int
    curve: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The cap at no clean delivery, in points; clean deliveries that are enough; the log of the latter's ratio."""

    at_none: int
    scale: int
    enough: int
    log_enough: int


@dataclass(frozen=True, slots=True)
class Model:
    version: str
    weights: tuple[int, ...]
    parts: tuple[Part, ...]
    rates: Mapping[str, RateRule]
    authentication: Mapping[str, Any]
    listing_weights: Mapping[str, int]
    shared_divisor: int
    caps: Mapping[str, int]
    thresholds_ppm: Mapping[str, int]
    group_minimum: int
    evidence: Evidence
    worst_from_permille: int
    above_worst: int
    high_width_ppm: int
    medium_width_ppm: int
    bands: tuple[tuple[int, str], ...]

    def band(self, score: int) -> str:
        return next(word for least, word in self.bands if score >= least)


class UnknownVersion(Exception):
    """No formula of that name was ever published."""


@cache
def model(version: str = CURRENT) -> Model:
    """Raises UnknownVersion."""
    if version not in VERSIONS:
        raise UnknownVersion(version)
    text = resources.files(__package__).joinpath("versions", f"{version.lower()}.json").read_text("utf-8")
    return _read(json.loads(text))


def _read(data: dict[str, Any]) -> Model:
    return Model(
        version=data["version"],
        weights=weights(data["window_days"], data["half_life_days"], BITS),
        parts=tuple(Part(**one) for one in data["parts"]),
        rates={name: _rate(one) for name, one in data["rates"].items()},
        evidence=_evidence(data["evidence"]),
        worst_from_permille=data["roll_up"]["worst_from_permille"],
        above_worst=data["roll_up"]["above_worst"],
        high_width_ppm=data["confidence"]["high_width_ppm"],
        medium_width_ppm=data["confidence"]["medium_width_ppm"],
        bands=tuple((least, word) for least, word in data["bands"]),
        **{name: data[name] for name in _AS_IS},
    )


_AS_IS = ("authentication", "listing_weights", "shared_divisor", "caps", "thresholds_ppm", "group_minimum")


def _rate(one: dict[str, Any]) -> RateRule:
    curve = tuple((ppm, share) for ppm, share in one["curve"])
    return RateRule(tuple(one["of"].items()), one["among"], one["prior_thousandths"], one["strength"], curve)


def _evidence(one: dict[str, int]) -> Evidence:
    """The cap is continuous: it reaches 100 exactly where the evidence is enough."""
    scale, enough = one["scale"], one["enough"]
    return Evidence(one["cap_at_none"], scale, enough, log2(scale + enough, scale))
