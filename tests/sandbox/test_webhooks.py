"""How the sandbox pushes: retries by its clock, faults, forgeries, and the log of all of it."""

import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import pytest

from mailwarden_sandbox.app import Sandbox
from mailwarden_sandbox.webhooks import Delivery, ask, deliver

URL = "https://app.test/hooks/x"


@dataclass
class Receiver:
    """Answers what it is told, in turn; then 204."""

    answers: list[int | None] = field(default_factory=list)
    got: list[httpx.Request] = field(default_factory=list)

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.got.append(request)
        status = self.answers.pop(0) if self.answers else 204
        if status is None:
            raise httpx.ReadTimeout("silence")
        return httpx.Response(status, headers={"x-hook-secret": request.headers.get("x-hook-secret", "")})

    @property
    def bodies(self) -> list[bytes]:
        return [request.content for request in self.got]


@pytest.fixture
def receiver(sandbox: Sandbox) -> Receiver:
    receiver = Receiver()
    sandbox.world.outbox.transport = httpx.MockTransport(receiver)
    return receiver


Push = Callable[..., Delivery]


@pytest.fixture
def push(sandbox: Sandbox) -> Push:
    def send(body: bytes = b"{}", provider: str = "hubspot", **more) -> Delivery:
        account = sandbox.world.accounts("hubspot")[0]
        return deliver(sandbox.world, provider, account, more.pop("url", URL), body, more.pop("headers", {}), **more)

    return send


async def test_a_push_arrives_once(http, receiver, push):
    delivery = push(b"[1]", headers={"x-signature": "s"})
    await http.post("/_sandbox/webhooks/flush")
    assert (delivery.state, delivery.status, receiver.bodies) == ("delivered", 204, [b"[1]"])
    assert receiver.got[0].headers["x-signature"] == "s"


async def test_what_is_refused_or_not_answered_comes_again_by_the_sandboxs_clock(http, control, receiver, push):
    receiver.answers = [503, None]
    delivery = push()
    for later, expected in ((0, 1), (59, 1), (1, 2), (299, 2), (1, 3), (86_400, 3)):
        await control.advance(later)
        await http.post("/_sandbox/webhooks/flush")
        assert len(receiver.got) == expected
    assert [one["status"] for one in delivery.attempts] == [503, None, 204]


@pytest.mark.parametrize(("provider", "most"), [("keap", 4), ("hubspot", 11)])
async def test_a_provider_gives_up_after_its_number_of_attempts(http, control, receiver, push, provider, most):
    settled: list[str] = []
    receiver.answers = [500] * 50
    push(provider=provider, on_settled=lambda d: settled.append(d.state))
    for _ in range(15):
        await http.post("/_sandbox/webhooks/flush")
        await control.advance(86_400)
    assert (len(receiver.got), settled) == (most, ["failed"])


async def test_gone_ends_a_keap_hook_at_once(http, receiver, push):
    receiver.answers = [410]
    delivery = push(provider="keap")
    await http.post("/_sandbox/webhooks/flush")
    assert (delivery.state, len(receiver.got)) == ("failed", 1)


async def test_headers_are_made_for_each_attempt(http, control, receiver, push):
    receiver.answers = [500]
    push(headers=lambda at: {"x-time": str(round(at))})
    await http.post("/_sandbox/webhooks/flush")
    await control.advance(60)
    await http.post("/_sandbox/webhooks/flush")
    first, second = (int(request.headers["x-time"]) for request in receiver.got)
    assert second - first == 60


async def test_a_push_can_wait_as_the_providers_do(http, control, receiver, push):
    push(delay_s=45)
    await http.post("/_sandbox/webhooks/flush")
    assert receiver.got == []
    await control.advance(45)
    await http.post("/_sandbox/webhooks/flush")
    assert len(receiver.got) == 1


async def test_dropped_ones_never_leave(http, control, receiver, push):
    await control.break_("hubspot", None, "drop_webhooks", count=1)
    lost, next_one = push(b"1"), push(b"2")
    await http.post("/_sandbox/webhooks/flush")
    assert (lost.state, next_one.state, receiver.bodies) == ("dropped", "delivered", [b"2"])


async def test_duplicates(http, control, receiver, push):
    await control.break_("hubspot", "48000001", "duplicate_webhooks")
    push(b"1")
    await http.post("/_sandbox/webhooks/flush")
    assert receiver.bodies == [b"1", b"1"]


async def test_reordered_ones_are_overtaken(http, control, receiver, push):
    await control.break_("hubspot", None, "reorder_webhooks")
    for body in (b"1", b"2", b"3", b"4"):
        push(body)
    await http.post("/_sandbox/webhooks/flush")
    assert receiver.bodies == [b"2", b"1", b"4", b"3"]


async def test_forged_ones_come_besides_and_differ(http, control, receiver, push):
    await control.break_("hubspot", None, "forge_webhooks")
    push(b'[{"eventId":1}]', headers={"x-signature": "s"})
    await http.post("/_sandbox/webhooks/flush")
    assert len(receiver.bodies) == 2
    assert sum(body == b'[{"eventId":1}]' for body in receiver.bodies) == 1
    shown = (await http.get("/_sandbox/webhooks/deliveries")).json()["deliveries"]
    assert sorted(one["forged"] for one in shown) == [False, True]


@pytest.mark.parametrize(
    ("rules", "what"), [("keap", "url"), ("microsoft", "body"), ("pubsub", "header"), ("google", "body")]
)
async def test_a_forgery_attacks_what_authenticity_hangs_on(http, control, receiver, push, rules, what):
    await control.break_("hubspot", None, "forge_webhooks")
    push(
        b'{"value":[{"clientState":"right"}]}',
        schedule=rules,
        url=f"{URL}/secret",
        headers={"authorization": "Bearer aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
    )
    await http.post("/_sandbox/webhooks/flush")
    a, b = receiver.got
    differ = {
        "url": a.url != b.url,
        "body": a.content != b.content,
        "header": a.headers["authorization"] != b.headers["authorization"],
    }
    assert [name for name, different in differ.items() if different] == [what]


async def test_a_handshake_waits_for_the_answer(sandbox, receiver):
    answer = await ask(sandbox.world, URL, headers={"x-hook-secret": "s"})
    assert answer is not None
    assert (answer.status, answer.headers["x-hook-secret"]) == (204, "s")
    receiver.answers = [None]
    assert await ask(sandbox.world, URL) is None


async def test_webhook_faults_leave_calls_alone(http, control):
    await control.break_("hubspot", None, "drop_webhooks")
    assert (await http.get("/hubspot/oauth/authorize")).status_code != 500
    shown = (await http.get("/_sandbox/providers/hubspot/faults")).json()["faults"]
    assert shown[0]["strikes"] == 0


async def test_hubspot_signs_each_attempt_with_the_apps_secret(http, control, receiver):
    await http.post("/_sandbox/webhooks/targets", json={"provider": "hubspot", "url": URL})
    receiver.answers = [500]
    made = await http.post("/_sandbox/webhooks/events/hubspot/48000001", json={"count": 150})
    assert len(made.json()["deliveries"]) == 2
    await http.post("/_sandbox/webhooks/flush")
    await control.advance(60)
    await http.post("/_sandbox/webhooks/flush")
    assert [len(json.loads(body)) for body in receiver.bodies] == [100, 50, 100]
    for request in receiver.got:
        stamp = request.headers["x-hubspot-request-timestamp"]
        message = b"POST" + URL.encode() + request.content + stamp.encode()
        told = base64.b64encode(hmac.new(b"sandbox-secret", message, "sha256").digest()).decode()
        assert request.headers["x-hubspot-signature-v3"] == told
    assert len({request.headers["x-hubspot-request-timestamp"] for request in receiver.got}) > 1


async def test_klaviyo_tells_of_sent_campaigns_with_the_addresss_own_secret(http, receiver):
    target = {"provider": "klaviyo", "url": URL, "account": "Kv0001", "secret": "a-secret-of-16-letters"}
    await http.post("/_sandbox/webhooks/targets", json=target)
    for account in ("Kv0001", "Kv0002"):
        await http.post(f"/_sandbox/accounts/klaviyo/{account}/campaigns", json={"count": 2})
    await http.post("/_sandbox/webhooks/flush")
    (request,) = receiver.got
    stamp = request.headers["klaviyo-timestamp"].encode()
    told = hmac.new(b"a-secret-of-16-letters", request.content + stamp, "sha256").hexdigest()
    assert request.headers["klaviyo-signature"] == told
    body = json.loads(request.content)
    assert (len(body["data"]), body["meta"]["klaviyo_account_id"]) == (2, "Kv0001")


@pytest.mark.parametrize("provider", ["keap", "nobody"])
async def test_others_are_asked_over_their_own_apis(http, provider):
    assert (await http.post("/_sandbox/webhooks/targets", json={"provider": provider, "url": URL})).status_code == 422
