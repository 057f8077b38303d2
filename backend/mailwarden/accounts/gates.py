"""What is counted for whom. Networks are /24 of IPv4 and /48 of IPv6: what one party usually holds."""

from datetime import timedelta
from uuid import UUID

from fastapi import Request

from mailwarden.accounts.devices import known_device
from mailwarden.accounts.throttle import Backoff, Gate, Throttled, Window, count
from mailwarden.core.peer import client_address, network
from mailwarden.core.runtime import Runtime

ACCOUNT = Backoff("account")
DEVICE = Backoff("device")
OWN_PASSWORD = Backoff("own_password")
SECOND_FACTOR = Backoff("second_factor")
FAILURES_OF_NETWORK = Window("network", 100, timedelta(minutes=15))
FAILURES_OF_ALL = Window("all", 3000, timedelta(minutes=10))
SIGN_UPS = Window("sign_up", 100, timedelta(hours=1))
FORGOTTEN = Window("forgotten", 60, timedelta(minutes=15))
LINKS = Window("links", 100, timedelta(minutes=15))


async def admit_sign_in(rt: Runtime, request: Request, email: str) -> tuple[Gate, ...]:
    """The gates that were passed, to be forgiven on success. Raises Throttled, alike for addresses nobody has.

    A known device passes by a gate of its own; only after guesses made there does it stand in line with all others.
    """
    device = known_device(rt, request, email)
    if device is not None:
        own = Gate(DEVICE, f"{device}|{email.lower()}")
        try:
            await count(rt, own)
            return (own,)
        except Throttled:
            pass
    gates = (
        Gate(ACCOUNT, email.lower()),
        Gate(FAILURES_OF_NETWORK, _network(rt, request)),
        Gate(FAILURES_OF_ALL, ""),
    )
    await count(rt, *gates)
    return gates


async def admit_from_network(rt: Runtime, request: Request, rule: Window) -> None:
    """For what anybody may call: every call counts."""
    await count(rt, Gate(rule, _network(rt, request)))


def own_password(user_id: UUID) -> Gate:
    """A session was left open, or stolen: its holder cannot guess the password either."""
    return Gate(OWN_PASSWORD, str(user_id))


def second_factor(user_id: UUID) -> Gate:
    """Six digits are few: whoever has the password, too, may try no faster."""
    return Gate(SECOND_FACTOR, str(user_id))


def _network(rt: Runtime, request: Request) -> str:
    return network(client_address(request, rt.config.trusted_proxies))
