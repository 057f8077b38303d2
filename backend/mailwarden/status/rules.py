"""How the figures of docs/status.md are made of sums. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from mailwarden.providers.base import Cause

DAYS = 30
# After such a verdict a grant cannot come back by itself: if it does, the verdict was wrong. An account that is enabled
# again, a policy that is lifted or an old password that is set anew are somebody's doing at the provider.
FINAL = (
    Cause.ACCESS_REVOKED,
    Cause.APP_UNINSTALLED,
    Cause.TOKEN_EXPIRED,
    Cause.PASSWORD_CHANGED,
    Cause.UNKNOWN,
)
TARGET_S, PASSWORD_TARGET_S = 360, 720
WORKED = ("refreshed", "orphaned")
NOT_COUNTED = ("refused", "superseded")
Sums = Mapping[str, Any]


def share(part: float, whole: float) -> float | None:
    return round(part / whole, 6) if whole > 0 else None


def figures(verdicts: Sequence[Sums], standing: Sequence[Sums], refreshes: Sequence[Sums]) -> dict[str, Any]:
    """All that the page shows, save for names."""
    total, wrong, late = (_sum(verdicts, name) for name in ("verdicts", "contradicted", "late"))
    watched, wrong_s = _sum(standing, "watched_s"), _sum(verdicts, "wrong_s") + _sum(standing, "overdue_s")
    names = sorted({one["provider"] for one in (*verdicts, *standing, *refreshes)})
    return {
        "days": DAYS,
        "status_accuracy": share(max(0.0, watched - wrong_s), watched),
        "verdict_accuracy": share(total - wrong, total),
        "in_time": share(total - late, total),
        "verdicts": total,
        "contradicted": wrong,
        "late": late,
        "overdue_now": _sum(standing, "overdue"),
        "connections": _sum(standing, "connections"),
        "refresh_success": success(refreshes),
        "providers": [
            _provider(name, *(_of(rows, name) for rows in (verdicts, standing, refreshes))) for name in names
        ],
        "causes": [_cause(one) for one in sorted(verdicts, key=lambda one: (one["provider"], one["cause"]))],
    }


def success(refreshes: Sequence[Sums]) -> float | None:
    counted = [one for one in refreshes if one["outcome"] not in NOT_COUNTED]
    return share(_sum([one for one in counted if one["outcome"] in WORKED], "tries"), _sum(counted, "tries"))


def _provider(
    name: str, verdicts: Sequence[Sums], standing: Sequence[Sums], refreshes: Sequence[Sums]
) -> dict[str, Any]:
    return {
        "provider": name,
        "connections": _sum(standing, "connections"),
        "verdicts": _sum(verdicts, "verdicts"),
        "contradicted": _sum(verdicts, "contradicted"),
        "late": _sum(verdicts, "late"),
        "detection_p50_s": max((one["p50_s"] for one in verdicts), default=None),
        "detection_p99_s": max((one["p99_s"] for one in verdicts), default=None),
        "refreshes": _sum(refreshes, "tries"),
        "refused": _sum([one for one in refreshes if one["outcome"] == "refused"], "tries"),
        "refresh_success": success(refreshes),
    }


def _cause(one: Sums) -> dict[str, Any]:
    times = {"detection_p50_s": one["p50_s"], "detection_p99_s": one["p99_s"]}
    return {"provider": one["provider"], "cause": one["cause"], "verdicts": one["verdicts"], **times}


def _of(rows: Sequence[Sums], provider: str) -> list[Sums]:
    return [one for one in rows if one["provider"] == provider]


def _sum(rows: Sequence[Sums], name: str) -> Any:
    return sum(one[name] or 0 for one in rows)
