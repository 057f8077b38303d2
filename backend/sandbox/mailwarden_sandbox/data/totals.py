"""The truth about an account, added up over its campaigns."""

from collections import Counter
from dataclasses import dataclass

from mailwarden_sandbox.data.book import CampaignBook, Status
from mailwarden_sandbox.data.columns import SMS
from mailwarden_sandbox.data.figures import Figures


@dataclass(frozen=True, slots=True)
class Window:
    sent_from: float | None = None
    sent_to: float | None = None
    include_archived: bool = True


def counts(book: CampaignBook, at: float) -> dict[str, int]:
    """How many campaigns of each status. Text messages are counted apart and in nothing else."""
    columns = book.columns
    emails = [i for i, channel in enumerate(columns.channel) if channel != SMS]
    by_status = Counter(book.status(i, at) for i in emails)
    return {
        "campaigns": len(emails),
        **{status.value: by_status[status] for status in Status},
        "archived": sum(columns.archived[i] for i in emails),
        "sms": len(columns) - len(emails),
    }


def sent_emails(book: CampaignBook, window: Window, at: float) -> list[int]:
    columns = book.columns
    return [
        i
        for i in book.sent_between(window.sent_from, window.sent_to, at)
        if columns.channel[i] != SMS and (window.include_archived or not columns.archived[i])
    ]


def stated(figures: Figures) -> dict[str, int]:
    """Figures under the names of the product's own words."""
    return {
        "sent": figures.sent,
        "delivered": figures.delivered,
        "opened": figures.opened,
        "clicked": figures.clicked,
        "bounced": figures.bounced,
        "complaints": figures.complaints,
        "unsubscribes": figures.unsubscribed,
    }


def totals(book: CampaignBook, indices: list[int], at: float) -> dict[str, int]:
    result = {"campaigns": len(indices), **stated(Figures())}
    for index in indices:
        for name, value in stated(book.figures(index, at)).items():
            result[name] += value
    return result
