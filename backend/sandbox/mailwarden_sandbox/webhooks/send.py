"""How a provider pushes: by its own retry rules, and through whatever fault is on."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.area import Area
from mailwarden_sandbox.webhooks.forging import forge
from mailwarden_sandbox.webhooks.outbox import Answer, Delivery, Headers, MakeHeaders
from mailwarden_sandbox.webhooks.schedule import SCHEDULES

if TYPE_CHECKING:  # the world holds an outbox
    from mailwarden_sandbox.world import World

FAULTS = ("drop_webhooks", "duplicate_webhooks", "reorder_webhooks", "forge_webhooks")


def deliver(
    world: "World",
    provider: str,
    account: Account | None,
    url: str,
    body: bytes,
    headers: Headers | MakeHeaders,
    *,
    topic: str = "",
    schedule: str | None = None,
    delay_s: float = 0.0,
    on_settled: Callable[[Delivery], None] | None = None,
) -> Delivery:
    """Put one push on its way and return at once.

    ``headers`` may be a function of the attempt's time (sandbox seconds), for signatures that hold one.
    ``schedule``: the retry rules, by default the provider's (`pubsub` for Google's other kind of push).
    ``delay_s``: how long after the change the provider sends it. ``on_settled``: called once it was taken or given up.
    """
    rules = schedule or provider
    make = headers if callable(headers) else _always(headers)
    delivery = Delivery(
        world.outbox.next_number(),
        provider,
        account.external_id if account else None,
        url,
        body,
        make,
        SCHEDULES[rules],
        topic,
        world.now() + delay_s + SCHEDULES[rules].delays_s[0],
        on_settled=on_settled,
    )
    striking = _striking(world, provider, account)
    if "forge_webhooks" in striking:
        _add_forged(world, delivery, rules)
    _enter(world, delivery, striking)
    return delivery


def _always(headers: Mapping[str, str]) -> MakeHeaders:
    return lambda _: headers


def _striking(world: "World", provider: str, account: Account | None) -> set[str]:
    found = world.faults.striking(provider, account, Area.HOOK, "/", world.now())
    for fault in found:
        world.faults.count(fault)
    return {fault.kind for fault in found}


def _enter(world: "World", delivery: Delivery, striking: set[str]) -> None:
    if "drop_webhooks" in striking:
        delivery.state = "dropped"
    elif "reorder_webhooks" in striking and not _held(world, delivery):
        delivery.state = "held"  # until the next one of the account overtook it
    world.outbox.add(delivery)
    if "duplicate_webhooks" in striking and delivery.state == "waiting":
        again = replace(delivery, number=world.outbox.next_number(), attempts=[], on_settled=None)
        world.outbox.add(again)
    if delivery.state == "waiting":
        for late in _held(world, delivery):
            late.state, late.due_at, late.number = "waiting", delivery.due_at, world.outbox.next_number()


def _held(world: "World", delivery: Delivery) -> list[Delivery]:
    mine = (delivery.provider, delivery.account)
    return [d for d in world.outbox.deliveries if d.state == "held" and (d.provider, d.account) == mine]


def _add_forged(world: "World", real: Delivery, rules: str) -> None:
    url, body, headers = forge(rules, real.url, real.body, real.headers)
    forged = replace(
        real, number=world.outbox.next_number(), url=url, body=body, headers=headers, forged=True, on_settled=None
    )
    forged.schedule, forged.attempts = replace(real.schedule, delays_s=(0.0,)), []  # nobody retries a forgery
    world.outbox.add(forged)


async def ask(
    world: "World",
    url: str,
    *,
    body: bytes = b"",
    headers: Headers | None = None,
    method: str = "POST",
    timeout_s: float = 10.0,
) -> Answer | None:
    """A handshake: one request whose answer the provider waits for. None without an answer in time."""
    return await world.outbox.ask(method, url, headers or {}, body, timeout_s)
