"""A HubSpot portal in memory: what its e-mail list answers, page by page, and how it can go wrong."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from mailwarden.core.runtime import Runtime
from tests.support.replies import Replies

EMAILS = "GET /marketing/emails/2026-09"
Trouble = Callable[[httpx.Request], httpx.Response | None]


@dataclass
class Portal:
    """``trouble`` is asked first: an answer of its own replaces the page."""

    now: datetime
    emails: dict[str, dict[str, Any]] = field(default_factory=dict)
    page_size: int = 3
    trouble: Trouble | None = None
    total_offset: int = 0
    asked: list[dict[str, str]] = field(default_factory=list)

    def add(self, count: int, *, days_ago: float = 1, **over: Any) -> None:
        for _ in range(count):
            number = len(self.emails) + 1
            at = (self.now - timedelta(days=days_ago)).astimezone(UTC).isoformat()
            counters = {"sent": 100 + number, "delivered": 95 + number, "open": 40, "click": 5, "bounce": 5}
            self.emails[f"e{number:05}"] = {
                "id": f"e{number:05}",
                "name": f"News {number}",
                "subject": "What is new",
                "state": "PUBLISHED",
                "isPublished": True,
                "archived": False,
                "createdAt": at,
                "updatedAt": at,
                "publishedAt": at,
                "from": {"replyTo": "pat@example.test"},
                "stats": {"counters": counters | {"spamreport": 1, "unsubscribed": 2}},
            } | over

    def answer(self, request: httpx.Request) -> httpx.Response:
        params = dict(request.url.params)
        self.asked.append(params)
        if self.trouble is not None and (answer := self.trouble(request)) is not None:
            return answer
        return httpx.Response(200, json=self.page(params), headers={"x-hubspot-correlation-id": "corr-1"})

    def page(self, params: dict[str, str]) -> dict[str, Any]:
        found = [one for one in self.emails.values() if _wanted(one, params)]
        start = int(params.get("after", "0"))
        page: dict[str, Any] = {
            "total": len(found) + self.total_offset,
            "results": found[start : start + self.page_size],
        }
        if start + self.page_size < len(found):
            page["paging"] = {"next": {"after": str(start + self.page_size)}}
        return page

    def sums(self) -> dict[str, int]:
        names = {"sent": "sent", "delivered": "delivered", "opened": "open", "clicked": "click", "bounced": "bounce"}
        names |= {"complaints": "spamreport", "unsubscribes": "unsubscribed"}
        every = [one["stats"]["counters"] for one in self.emails.values()]
        return {ours: sum(counters[theirs] for counters in every) for ours, theirs in names.items()}


def _wanted(one: dict[str, Any], params: dict[str, str]) -> bool:
    if one["archived"] != (params["archived"] == "true"):
        return False
    if "publishedAfter" in params and (
        not one["isPublished"] or not _after(one["publishedAt"], params["publishedAfter"])
    ):
        return False
    return "updatedAfter" not in params or _after(one["updatedAt"], params["updatedAfter"])


def _after(at: str, since: str) -> bool:
    return datetime.fromisoformat(at) > datetime.fromisoformat(since)


def open_portal(runtime: Runtime, replies: Replies) -> Portal:
    portal = Portal(runtime.clock.now())
    replies[EMAILS] = portal.answer
    return portal


def once(number: int, answer: httpx.Response) -> Trouble:
    """At the given request, counted from 1, and never again."""
    count = 0

    def trouble(_: httpx.Request) -> httpx.Response | None:
        nonlocal count
        count += 1
        return answer if count == number else None

    return trouble


def always(answer: httpx.Response, *, after: str | None = None) -> Trouble:
    """For every page, or for those that go on at ``after``."""

    def trouble(request: httpx.Request) -> httpx.Response | None:
        return answer if after is None or request.url.params.get("after") == after else None

    return trouble
