"""Figures in HubSpot's shape: counters, and ratios as percentages."""

from collections.abc import Iterable
from typing import Any

from mailwarden_sandbox.data.figures import NOTHING, Figures


def added(figures: Iterable[Figures]) -> Figures:
    total = list(NOTHING)
    for one in figures:
        total = [a + b for a, b in zip(total, one, strict=True)]
    return Figures(*total)


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 3) if whole else 0.0


def statistics(f: Figures) -> dict[str, Any]:
    computer, mobile = f.opened * 2 // 5, f.opened // 2
    clicked_at_desk = f.clicked * 3 // 5
    return {
        "counters": {
            "sent": f.sent,
            "delivered": f.delivered,
            "open": f.opened,
            "click": f.clicked,
            "bounce": f.bounced,
            "hardbounced": f.hard_bounced,
            "softbounced": f.bounced - f.hard_bounced,
            "unsubscribed": f.unsubscribed,
            "spamreport": f.complaints,
            "dropped": f.failed,
            "contactslost": f.unsubscribed + f.hard_bounced + f.complaints,
            "notsent": 0,
            "pending": 0,
            "selected": f.sent,
            "suppressed": 0,
        },
        "ratios": {
            "openratio": _percent(f.opened, f.delivered),
            "clickratio": _percent(f.clicked, f.delivered),
            "clickthroughratio": _percent(f.clicked, f.opened),
            "deliveredratio": _percent(f.delivered, f.sent),
            "bounceratio": _percent(f.bounced, f.sent),
            "hardbounceratio": _percent(f.hard_bounced, f.sent),
            "softbounceratio": _percent(f.bounced - f.hard_bounced, f.sent),
            "unsubscribedratio": _percent(f.unsubscribed, f.delivered),
            "spamreportratio": _percent(f.complaints, f.delivered),
            "contactslostratio": _percent(f.unsubscribed + f.hard_bounced + f.complaints, f.delivered),
            "notsentratio": 0.0,
            "pendingratio": 0.0,
        },
        "deviceBreakdown": {
            "open_device_type": {"computer": computer, "mobile": mobile, "unknown": f.opened - computer - mobile},
            "click_device_type": {"computer": clicked_at_desk, "mobile": f.clicked - clicked_at_desk, "unknown": 0},
        },
        "qualifierStats": {},
    }
