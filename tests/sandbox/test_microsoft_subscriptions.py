import json
from datetime import UTC, datetime
from html import escape
from typing import Any

import httpx
import pytest

from mailwarden_sandbox.app import Sandbox
from mailwarden_sandbox.microsoft.notify import lifecycle
from tests.sandbox.microsoft import FIRST, ME, connect
from tests.sandbox.steps import Tokens
from tests.sandbox.test_microsoft_mail import arrive

URL = "https://app.test/hooks/microsoft"
SUBSCRIPTIONS = "/microsoft/v1.0/subscriptions"


class Receiver:
    """An app's receiver, as Graph wants it unless told otherwise."""

    def __init__(self) -> None:
        self.status, self.kind, self.escapes = 200, "text/plain", True
        self.validated: list[str] = []
        self.told: list[dict[str, Any]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        token = request.url.params.get("validationToken")
        if token is None:
            self.told += json.loads(request.content)["value"]
            return httpx.Response(202)
        self.validated.append(request.url.path)
        text = escape(token) if self.escapes else token
        return httpx.Response(self.status, headers={"content-type": self.kind}, text=text)


@pytest.fixture
def receiver(sandbox: Sandbox) -> Receiver:
    made = Receiver()
    sandbox.world.outbox.transport = httpx.MockTransport(made)
    return made


@pytest.fixture
async def tokens(http) -> Tokens:
    return await connect(http)


def wanted(wall, days: float = 7, **more: Any) -> dict[str, Any]:
    end = datetime.fromtimestamp(wall.now + days * 86_400, UTC)
    return {
        "changeType": "created,updated,deleted",
        "notificationUrl": URL,
        "lifecycleNotificationUrl": f"{URL}/lifecycle",
        "resource": "me/mailFolders('inbox')/messages",
        "expirationDateTime": end.isoformat().replace("+00:00", "Z"),
        "clientState": "a secret",
        **more,
    }


async def subscribe(http, tokens: Tokens, body: dict[str, Any]) -> httpx.Response:
    answer: httpx.Response = await http.post(SUBSCRIPTIONS, json=body, headers=tokens.headers)
    return answer


@pytest.mark.parametrize("escapes", [True, False])
async def test_both_addresses_shake_hands_before_the_answer(http, wall, tokens, receiver, escapes):
    receiver.escapes = escapes
    answer = await subscribe(http, tokens, wanted(wall))
    assert (answer.status_code, answer.json()["clientState"]) == (201, "a secret")
    assert receiver.validated == ["/hooks/microsoft", "/hooks/microsoft/lifecycle"]
    shown = await http.get(f"{SUBSCRIPTIONS}/{answer.json()['id']}", headers=tokens.headers)
    assert shown.json()["clientState"] is None


@pytest.mark.parametrize("change", [{"status": 202}, {"status": 404}, {"kind": "application/json"}])
async def test_no_subscription_without_a_handshake(http, wall, tokens, receiver, change):
    for name, value in change.items():
        setattr(receiver, name, value)
    answer = await subscribe(http, tokens, wanted(wall))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "ValidationError")
    assert (await http.get(SUBSCRIPTIONS, headers=tokens.headers)).json()["value"] == []


@pytest.mark.parametrize(
    "more",
    [
        {"notificationUrl": "http://app.test/"},
        {"resource": "me/events"},
        {"changeType": "created,burned"},
        {"clientState": "x" * 129},
    ],
)
async def test_what_graph_does_not_take(http, wall, tokens, receiver, more):
    assert (await subscribe(http, tokens, wanted(wall, **more))).status_code == 400


async def test_seven_days_at_most_and_three_quarters_of_an_hour_at_least(http, wall, tokens, receiver):
    assert (await subscribe(http, tokens, wanted(wall, 7.5))).json()["error"]["code"] == "ExtensionError"
    short = (await subscribe(http, tokens, wanted(wall, 0.001))).json()
    end = datetime.fromisoformat(short["expirationDateTime"]).timestamp()
    assert end == wall.now + 45 * 60


async def test_renewing_reauthorizing_and_ending(http, wall, tokens, receiver):
    made = (await subscribe(http, tokens, wanted(wall, 1))).json()
    one = f"{SUBSCRIPTIONS}/{made['id']}"
    renewed = await http.patch(
        one, json={"expirationDateTime": wanted(wall, 6)["expirationDateTime"]}, headers=tokens.headers
    )
    assert renewed.status_code == 200
    assert renewed.json()["expirationDateTime"] > made["expirationDateTime"]
    assert (await http.post(f"{one}/reauthorize", headers=tokens.headers)).status_code == 204
    assert (await http.delete(one, headers=tokens.headers)).status_code == 204
    gone = await http.delete(one, headers=tokens.headers)
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "ResourceNotFound")


async def test_changes_are_pushed_with_the_client_state(http, wall, tokens, receiver, sandbox):
    made = (await subscribe(http, tokens, wanted(wall, changeType="created"))).json()
    await arrive(http, "News")
    await sandbox.world.outbox.flush()
    (told,) = receiver.told
    tenant, _, person = FIRST.partition(":")
    assert (told["subscriptionId"], told["clientState"], told["changeType"]) == (made["id"], "a secret", "created")
    assert told["tenantId"] == tenant
    assert told["resource"] == f"Users/{person}/Messages/{told['resourceData']['id']}"
    seen = await http.get(f"{ME}/messages/{told['resourceData']['id']}", headers=tokens.headers)
    assert seen.json()["subject"] == "News"


async def test_nothing_is_pushed_once_it_ended(http, wall, tokens, receiver, sandbox):
    await subscribe(http, tokens, wanted(wall, 1))
    wall.now += 86_401
    await arrive(http, "Too late")
    await sandbox.world.outbox.flush()
    assert receiver.told == []


@pytest.mark.parametrize("event", ["reauthorizationRequired", "subscriptionRemoved", "missed"])
async def test_notices_about_the_subscription_itself(http, wall, tokens, receiver, sandbox, event):
    made = (await subscribe(http, tokens, wanted(wall))).json()
    account = sandbox.world.account("microsoft", FIRST)
    assert account
    assert lifecycle(sandbox.world, account, event) == 1
    await sandbox.world.outbox.flush()
    (told,) = receiver.told
    assert (told["lifecycleEvent"], told["subscriptionId"], told["clientState"]) == (event, made["id"], "a secret")
    left = (await http.get(SUBSCRIPTIONS, headers=tokens.headers)).json()["value"]
    assert len(left) == (0 if event == "subscriptionRemoved" else 1)


async def test_a_removed_permission_is_told_as_a_need_to_authorize_again(
    http, wall, tokens, receiver, sandbox, control
):
    await subscribe(http, tokens, wanted(wall))
    await control.break_("microsoft", FIRST, "remove_scopes", scopes=["Mail.Send"])
    await sandbox.world.outbox.flush()
    assert [one["lifecycleEvent"] for one in receiver.told] == ["reauthorizationRequired"]
