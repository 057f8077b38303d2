"""What owners do: buy, change, cancel, resume. Stripe is asked first, then its answer is read back."""

from dataclasses import dataclass

from sqlalchemy import select

from mailwarden.accounts import audit
from mailwarden.accounts.audit import Target
from mailwarden.accounts.caller import Caller
from mailwarden.accounts.models import Organization, User
from mailwarden.billing import gateway
from mailwarden.billing.gate import PAGE, Access, access_of
from mailwarden.billing.jobs import LOOK, look_now
from mailwarden.billing.models import Subscription
from mailwarden.billing.rules import State
from mailwarden.billing.store import hold_row
from mailwarden.billing.views import has_subscription, row_of
from mailwarden.core.db import reader, unit_of_work
from mailwarden.core.errors import Conflict, Invalid
from mailwarden.core.jobs import enqueue
from mailwarden.core.runtime import Runtime


@dataclass(frozen=True)
class Held:
    access: Access
    row: Subscription | None
    organization: str
    email: str


class NotOffered(Conflict):
    code, title = "billing_not_offered", "This instance is self-hosted"


class NoSubscription(Conflict):
    code, title = "no_subscription", "There is no subscription"


async def _hold(rt: Runtime, caller: Caller) -> Held:
    if not rt.config.billing.is_on:
        raise NotOffered("Nobody pays here: everything is included.")
    async with reader(rt.sessions, caller.org_id) as tx:
        await tx.act_as(caller.user_id)
        organization = await tx.session.get_one(Organization, caller.org_id)
        user = await tx.session.get_one(User, caller.user_id)
        access = await access_of(rt, tx, caller.org_id)
        return Held(access, await row_of(tx, caller.org_id), organization.name, user.email)


def _price(rt: Runtime, plan: str) -> str:
    price = rt.config.billing.prices.get(plan)
    if price is None:
        problem = {"pointer": "#/plan", "code": "unknown_plan", "detail": "This plan is not for sale."}
        raise Invalid("This plan is not for sale.", errors=[problem])
    return price


async def buy(rt: Runtime, caller: Caller, plan: str) -> str:
    """The address of the payment page. Raises Conflict, Invalid, StripeTrouble."""
    await _hold(rt, caller)
    price = _price(rt, plan)
    await look_now(rt, caller.org_id)  # they may have paid already without our having heard of it
    held = await _hold(rt, caller)
    if has_subscription(held.access):
        raise Conflict("There is a subscription already. Change its plan.", code="already_subscribed")
    customer = held.row.customer_id if held.row else None
    if customer is None:
        customer = await gateway.make_customer(rt, caller.org_id, held.email, held.organization)
        customer = await _keep_customer(rt, caller, customer)
    url = await gateway.open_checkout(rt, customer, price, f"{rt.config.base_url}{PAGE}")
    await _note(rt, caller, "billing.checkout_opened", {"plan": plan})
    return url


async def _keep_customer(rt: Runtime, caller: Caller, customer: str) -> str:
    """Written before anything is bought, so that every event finds its organization."""
    async with unit_of_work(rt.sessions, caller.org_id) as tx:
        row = await hold_row(tx, caller.org_id)
        row.customer_id = row.customer_id or customer
        await enqueue(tx, LOOK, caller.org_id)
        return row.customer_id


async def open_portal(rt: Runtime, caller: Caller) -> str:
    held = await _hold(rt, caller)
    if held.row is None or held.row.customer_id is None:
        raise NoSubscription("Nothing was bought yet. Choose a plan first.")
    return await gateway.open_portal(rt, held.row.customer_id, f"{rt.config.base_url}{PAGE}")


async def _bought(rt: Runtime, caller: Caller) -> tuple[Held, Subscription]:
    held = await _hold(rt, caller)
    if held.row is None or held.row.subscription_id is None or not has_subscription(held.access):
        raise NoSubscription("There is no running subscription. Choose a plan.")
    return held, held.row


async def change_plan(rt: Runtime, caller: Caller, plan: str) -> None:
    """Rights change at once. Raises PaymentDeclined: then nothing has changed."""
    held, row = await _bought(rt, caller)
    price = _price(rt, plan)
    if held.access.plan is not None and held.access.plan.key == plan:
        raise Conflict("This is the plan already.", code="same_plan")
    await gateway.change_price(rt, row.subscription_id or "", row.item_id or "", price)
    await look_now(rt, caller.org_id)
    await _note(rt, caller, "billing.plan_changed", {"from": row.plan, "to": plan})


async def cancel(rt: Runtime, caller: Caller) -> None:
    """At the end of what was paid for. Again: nothing happens."""
    await _set_cancel(rt, caller, cancel=True)


async def resume(rt: Runtime, caller: Caller) -> None:
    await _set_cancel(rt, caller, cancel=False)


async def _set_cancel(rt: Runtime, caller: Caller, *, cancel: bool) -> None:
    held, row = await _bought(rt, caller)
    if cancel == (held.access.standing.state is State.CANCELING):
        return
    await gateway.set_cancel(rt, row.subscription_id or "", cancel=cancel)
    await look_now(rt, caller.org_id)
    await _note(rt, caller, "billing.cancelled" if cancel else "billing.resumed", {"plan": row.plan})


async def refresh(rt: Runtime, caller: Caller) -> None:
    """After the payment page: whoever has paid goes on at once, before any webhook comes."""
    await _hold(rt, caller)
    await look_now(rt, caller.org_id)


async def _note(rt: Runtime, caller: Caller, action: str, after: dict[str, str | None]) -> None:
    async with unit_of_work(rt.sessions, caller.org_id) as tx:
        name = await tx.session.scalar(select(Organization.name).where(Organization.id == caller.org_id))
        target = Target("organization", caller.org_id, name or "")
        await audit.record(tx, action, target, user_id=caller.user_id, after=after)
