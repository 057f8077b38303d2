"""What a provider is to the sandbox: routes, and how it says no."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import TypeVar

from starlette.responses import Response

from mailwarden_sandbox.area import Area
from mailwarden_sandbox.call import Call
from mailwarden_sandbox.data.book import CampaignBook
from mailwarden_sandbox.world import Kind

Handler = Callable[[Call], Response | Awaitable[Response]]
"""Awaited where the provider itself waits: for a handshake with the app."""
Wrong = TypeVar("Wrong", bound=Exception)


def answering(
    handler: Callable[[Call], Response], kind: type[Wrong], answer: Callable[[Call, Wrong], Response]
) -> Handler:
    """Bad requests are raised deep in the reading and answered here."""

    @wraps(handler)
    def guarded(call: Call) -> Response:
        try:
            return handler(call)
        except kind as wrong:
            return answer(call, wrong)

    return guarded


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    template: str
    handler: Handler
    area: Area
    scopes: tuple[str, ...]
    """One of these is enough; none: no scope is asked."""
    auth: bool
    pattern: re.Pattern[str]


@dataclass(slots=True)
class Routes:
    """The first match wins, so fixed paths come before those with parameters."""

    routes: list[Route] = field(default_factory=list)

    def add(self, method: str, templates: tuple[str, ...], handler: Handler, *, area: Area = Area.API,
            scopes: tuple[str, ...] = (), auth: bool = True) -> None:  # fmt: skip
        for template in templates:
            pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template) + "/?")
            self.routes.append(Route(method, template, handler, area, scopes, auth, pattern))

    def find(self, call: Call) -> Route | None:
        for route in self.routes:
            if route.method == call.method and (match := route.pattern.fullmatch(call.path)):
                call.params, call.area = match.groupdict(), route.area
                return route
        return None


@dataclass(frozen=True, slots=True)
class Provider:
    kind: Kind
    hosts: frozenset[str]
    routes: Routes
    fault_kinds: frozenset[str]
    """The definite faults this provider can have."""
    variants: frozenset[str]
    admit: Callable[[Call, Route], Response | None]
    """Authentication, before the quota is touched; an answer is a refusal."""
    permit: Callable[[Call, Route], Response | None]
    """Scopes."""
    throttle: Callable[[Call, Route, int | None], Response | None]
    """Quotas; the number is the limit of a ``quota`` fault."""
    refuse: Callable[[Call, int, float | None], Response]
    """An answer of this status as the provider would word it, with Retry-After if given."""
    dead_refresh: Callable[[Call, str | None], Response]
    """The answer to a dead refresh token, in the given wording or the account's own."""
    unknown_path: Callable[[Call], Response]
    request_id_header: str
    campaign_id: Callable[[CampaignBook, int], str]
    """Under which id the provider's list shows a campaign."""

    @property
    def name(self) -> str:
        return self.kind.name
