"""What programs are told about a record: its cost by include, its place in the score, what was asked of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from mailwarden.deliverability.records.verdict import Finding
from mailwarden.deliverability.spf.outcome import Evaluation, SpfResult
from mailwarden.deliverability.spf.tree import Branch, BranchState
from mailwarden.deliverability.spf.words import LIMITS, dead_names, ending

MOST_PROBLEMS = 30
LONGEST_SHOWN = 2048  # of a record of somebody else's; it may hold 64 kB
PERMANENT = frozenset(
    ("spf.syntax", "spf.multiple", "spf.include_broken", "spf.lookups_over", "spf.mx_over", "spf.void_over")
)


@dataclass(frozen=True, slots=True)
class Asked:
    ip: str
    evaluation: Evaluation


def facts_of(root: Branch, findings: Sequence[Finding], asked: Sequence[Asked]) -> dict[str, Any]:
    return {
        "level": level_of(root, {one.code for one in findings}, asked),
        "lookups": root.cost,
        "limit": LIMITS.lookups,
        "dead": dead_names(root)[:MOST_PROBLEMS],
        "ending": ending(root),
        "tree": tree_of(root),
        "problems": problems_of(root),
        "senders": [sender_of(one) for one in asked],
    }


def level_of(root: Branch, codes: Collection[str], asked: Sequence[Asked]) -> str | None:
    """As the score counts it; None: not assessed."""
    results = [one.evaluation.result for one in asked]
    if PERMANENT.intersection(codes) or SpfResult.PERMERROR in results:
        return "permerror"
    if "spf.plus_all" in codes:
        return "pass_all"
    if "spf.sender_missing" in codes:
        return "not_covering"
    if SpfResult.TEMPERROR in results or any(one.state is BranchState.UNKNOWN for one in root.walk()):
        return None
    return "neutral" if ending(root) in ("", "?", "+") else "covers"


def tree_of(branch: Branch) -> dict[str, Any]:
    """``cost``: lookups of the record and all below; the term that leads to it costs one more.

    Includes that were not looked at any more are counted in the cost alone: one record may name thousands.
    """
    return {
        "domain": branch.domain,
        "via": branch.via.source[:300] if branch.via else None,
        "state": str(branch.state),
        "record": branch.texts[0][:LONGEST_SHOWN] if len(branch.texts) == 1 else None,
        "own": branch.own,
        "cost": branch.cost,
        "includes": [tree_of(one) for one in branch.children if one.state is not BranchState.TOO_MANY],
    }


def problems_of(root: Branch) -> list[dict[str, Any]]:
    """``position``: from 0."""
    found = root.record.problems if root.record is not None else ()
    return [{"position": one.position, "term": one.term[:200], "why": one.why[:600]} for one in found[:MOST_PROBLEMS]]


def sender_of(one: Asked) -> dict[str, Any]:
    found = one.evaluation
    return {
        "ip": one.ip,
        "result": str(found.result),
        "domain": found.domain,
        "term": found.term,
        "why": found.why,
        "lookups": found.lookups,
    }
