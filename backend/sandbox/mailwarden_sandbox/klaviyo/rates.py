"""The statistics a report can name, and how each comes from the figures."""

from collections.abc import Callable

from mailwarden_sandbox.data.figures import Figures

Statistic = Callable[[Figures], float]


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _orders(f: Figures) -> int:
    return f.clicked // 20


def _value(f: Figures) -> float:
    return round(_orders(f) * 37.5, 2)


def _zero(_: Figures) -> float:
    return 0.0


STATISTICS: dict[str, Statistic] = {
    "average_order_value": lambda f: 37.5 if _orders(f) else 0.0,
    "bounce_rate": lambda f: _share(f.bounced, f.sent),
    "bounced": lambda f: f.bounced,
    "bounced_or_failed": lambda f: f.bounced + f.failed,
    "bounced_or_failed_rate": lambda f: _share(f.bounced + f.failed, f.sent),
    "click_rate": lambda f: _share(f.clicked, f.delivered),
    "click_to_open_rate": lambda f: _share(f.clicked, f.opened),
    "clicks": lambda f: f.clicks,
    "clicks_unique": lambda f: f.clicked,
    "conversion_rate": lambda f: _share(_orders(f), f.delivered),
    "conversion_uniques": _orders,
    "conversion_value": _value,
    "conversions": _orders,
    "delivered": lambda f: f.delivered,
    "delivery_rate": lambda f: _share(f.delivered, f.sent),
    "failed": lambda f: f.failed,
    "failed_rate": lambda f: _share(f.failed, f.sent),
    "message_segment_count_sum": _zero,
    "open_rate": lambda f: _share(f.opened, f.delivered),
    "opens": lambda f: f.opens,
    "opens_unique": lambda f: f.opened,
    "recipients": lambda f: f.sent,
    "revenue_per_recipient": lambda f: _share(_value(f), f.sent),
    "spam_complaint_rate": lambda f: _share(f.complaints, f.delivered),
    "spam_complaints": lambda f: f.complaints,
    "text_message_credit_usage_amount": _zero,
    "text_message_roi": _zero,
    "text_message_spend": _zero,
    "unsubscribe_rate": lambda f: _share(f.unsubscribed, f.delivered),
    "unsubscribe_uniques": lambda f: f.unsubscribed,
    "unsubscribes": lambda f: f.unsubscribed,
}
