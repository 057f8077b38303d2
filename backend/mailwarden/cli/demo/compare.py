"""Our figures beside the truth that only the sandbox knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mailwarden.cli.demo.client import Person

FIGURES = ("sent", "delivered", "opened", "clicked", "bounced", "complaints", "unsubscribes")


@dataclass(frozen=True)
class Comparison:
    provider: str
    account: str
    campaigns: int
    ours: Mapping[str, int]
    truth: Mapping[str, int]
    differences: tuple[str, ...]


def compare(person: Person, connection: Mapping[str, Any], since: str | None) -> Comparison:
    """Campaign by campaign and figure by figure, over all that was sent since ``since``."""
    truth = _truth(person, connection, since)
    ours = {row["external_id"]: row for row in _ours(person, connection, since)}
    differences = [f"missing: {name}" for name in truth.keys() - ours.keys()]
    differences += [f"not at the provider: {name}" for name in ours.keys() - truth.keys()]
    for name in truth.keys() & ours.keys():
        figures = ours[name]["figures"] or {}
        differences += [
            f"{name} {figure}: {figures.get(figure)} instead of {truth[name][figure]}"
            for figure in FIGURES
            if figures.get(figure) != truth[name][figure]
        ]
    return Comparison(
        connection["provider"],
        connection["account_label"],
        len(ours),
        {figure: sum((row["figures"] or {}).get(figure) or 0 for row in ours.values()) for figure in FIGURES},
        {figure: sum(row[figure] for row in truth.values()) for figure in FIGURES},
        tuple(sorted(differences)),
    )


def _truth(person: Person, connection: Mapping[str, Any], since: str | None) -> dict[str, Any]:
    path = f"/accounts/{connection['provider']}/{connection['external_id']}"
    window = {"sent_from": since} if since else {}
    told = person.sandbox("GET", path, campaigns="1", **window)
    return {row["external_id"]: row for row in told["campaign_list"]}


def _ours(person: Person, connection: Mapping[str, Any], since: str | None) -> list[Any]:
    window = {"sent_from": since} if since else {}
    rows = person.pages("/v1/campaigns", connection_id=connection["id"], **window)
    return [row for row in rows if row["figures"] is not None and row["figures"]["sent"] is not None]
