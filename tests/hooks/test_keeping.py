"""Subscriptions at the providers: made, renewed, woken; what was missed while one was dead is looked up at once."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from mailwarden.providers.base import Evidence, ObjectGone, WritingApi
from mailwarden.providers.hooks.subscribing import SUBSCRIBERS, Kept, Wanted
from mailwarden.providers.settings import ProviderSettings

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
URL = "https://app.example.test/hooks/x/path"
Call = tuple[str, str, Any]


class Api:
    """A provider of few words."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self.answers = answers
        self.calls: list[Call] = []

    def _say(self, method: str, path: str, body: Any) -> Any:
        self.calls.append((method, path, body))
        answer = self.answers[f"{method} {path}"]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def get(self, path: str, params: Mapping[str, Any] | None = None) -> Any:
        return self._say("GET", path, params)

    async def post(self, path: str, body: Any, params: Any = None) -> Any:  # noqa: ARG002
        return self._say("POST", path, body)

    async def write(self, method: str, path: str, body: Any = None, **_: Any) -> Any:
        return self._say(method, path, body)

    @property
    def done(self) -> list[str]:
        return [f"{method} {path}" for method, path, _ in self.calls]


async def keep(provider: str, api: Api, all_wanted: list[Wanted], now: datetime) -> list[Kept]:
    return await SUBSCRIBERS[provider].keep(cast(WritingApi, api), all_wanted, now)


def wanted(topic: str = "contact.edit", name: str | None = None, left: timedelta | None = None) -> Wanted:
    return Wanted(topic, URL, "secret", name, NOW + left if left is not None else None)


def gone() -> ObjectGone:
    return ObjectGone(Evidence(None, "api", "GET", "/", "", 404, None, "gone"))


HOOKS = "/crm/rest/v1/hooks"


def hook(status: str) -> dict[str, str]:
    return {"key": "7", "eventKey": "contact.edit", "hookUrl": URL, "status": status}


@pytest.mark.parametrize(
    ("there", "name", "calls", "missed"),
    [
        ([], None, [f"GET {HOOKS}", f"POST {HOOKS}"], False),
        ([], "7", [f"GET {HOOKS}", f"POST {HOOKS}"], True),
        ([hook("Verified")], "7", [f"GET {HOOKS}"], False),
        ([hook("Unverified")], "7", [f"GET {HOOKS}", f"POST {HOOKS}/7/verify"], False),
        ([hook("Inactive")], "7", [f"GET {HOOKS}", f"POST {HOOKS}/7/verify"], True),
        ([{**hook("Verified"), "hookUrl": "https://elsewhere.test"}], None, [f"GET {HOOKS}", f"POST {HOOKS}"], False),
    ],
)
async def test_keaps_hooks(there: list[dict[str, str]], name: str | None, calls: list[str], missed: bool):
    api = Api({f"GET {HOOKS}": there, f"POST {HOOKS}": hook("Unverified"), f"POST {HOOKS}/7/verify": hook("Verified")})
    assert await keep("keap", api, [wanted(name=name)], NOW) == [Kept("contact.edit", "7", None, missed)]
    assert api.done == calls


SUBSCRIPTIONS = "/v1.0/subscriptions"
LATER = {"id": "s1", "expirationDateTime": "2026-11-25T10:30:00Z"}
UNTIL = datetime(2026, 11, 25, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "left", "over", "calls", "missed"),
    [
        (None, None, {}, ["POST"], False),
        ("s1", timedelta(hours=25), {}, ["PATCH"], False),
        ("s1", timedelta(hours=-1), {"PATCH": gone()}, ["PATCH", "POST"], True),
        ("s1", timedelta(hours=25), {"PATCH": gone()}, ["PATCH", "POST"], True),
    ],
)
async def test_graphs_subscriptions(
    name: str | None, left: timedelta | None, over: dict[str, Any], calls: list[str], missed: bool
):
    one = f"{SUBSCRIPTIONS}/s1"
    answers = {f"POST {SUBSCRIPTIONS}": LATER, f"PATCH {one}": over.get("PATCH", LATER)}
    api = Api(answers)
    assert await keep("microsoft", api, [wanted("r", name, left)], NOW) == [Kept("r", "s1", UNTIL, missed)]
    assert [method for method, _, _ in api.calls] == calls
    if calls[-1] == "POST":
        asked = api.calls[-1][2]
        assert asked["notificationUrl"] == asked["lifecycleNotificationUrl"] == URL
        assert (asked["clientState"], asked["expirationDateTime"]) == ("secret", "2026-11-25T10:30:00Z")


WATCH = "POST /gmail/v1/users/me/watch"


@pytest.mark.parametrize(
    ("left", "calls", "missed"),
    [
        (None, 1, False),
        (timedelta(days=6, hours=1), 0, False),
        (timedelta(days=5), 1, False),
        (-timedelta(hours=1), 1, True),
    ],
)
async def test_gmails_watch_is_asked_for_daily(left: timedelta | None, calls: int, missed: bool):
    until = NOW + timedelta(days=7)
    api = Api({WATCH: {"historyId": "9", "expiration": str(round(until.timestamp() * 1000))}})
    (kept,) = await keep("google", api, [wanted("projects/p/topics/t", "8", left)], NOW)
    assert (len(api.calls), kept.missed) == (calls, missed)
    assert kept.expires_at == (until if calls else NOW + (left or timedelta()))


def test_gmail_is_watched_only_with_a_topic_and_a_sender_to_believe():
    topics = SUBSCRIBERS["google"].topics
    assert topics(ProviderSettings("c", "s")) == ()
    assert topics(ProviderSettings("c", "s", push_topic="projects/p/topics/t")) == ()
    assert topics(ProviderSettings("c", "s", push_topic="projects/p/topics/t", push_account="a@b")) == (
        "projects/p/topics/t",
    )
