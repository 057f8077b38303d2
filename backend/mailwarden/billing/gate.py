"""What an organization may: the one place that everybody asks, by ``access_of``."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import select

from mailwarden.accounts.models import Organization
from mailwarden.billing.catalogue import LimitName, Limits, Plan, catalogue
from mailwarden.billing.models import Subscription
from mailwarden.billing.rules import Facts, Reason, Standing, State, keeps_credentials, standing
from mailwarden.core.db import UnitOfWork
from mailwarden.core.errors import AppError
from mailwarden.core.runtime import Billing, Runtime

PAGE = "/settings/billing"
INACTIVE = "subscription_inactive"
WHY = {
    Reason.TRIAL_OVER: "The trial is over. Choose a plan, and everything works again at once.",
    Reason.CANCELLED: "The subscription has ended. Choose a plan, and everything works again at once.",
    Reason.PAYMENT_FAILED: "The subscription ended because a payment failed. Pay, and everything works again at once.",
}
NOUNS: dict[LimitName, str] = {
    "connections": "connected accounts",
    "mailboxes": "mailboxes",
    "members": "members",
    "messages_a_day": "messages a day",
}


class SubscriptionInactive(AppError):
    """Nothing is broken: no connection, no permission. Somebody has to pay."""

    status, code, title = 402, INACTIVE, "The subscription is not active"


class PlanLimit(AppError):
    status, code, title = 402, "plan_limit_reached", "The plan allows no more"


@dataclass(frozen=True, slots=True)
class Access:
    mode: Literal["self_hosted", "paid"]
    standing: Standing
    plan: Plan | None
    limits: Limits

    @property
    def may_work(self) -> bool:
        """Send, track, connect, sync, test. Signing in, reading, exports, billing and support stay in any case."""
        return self.standing.may_work

    @property
    def why_not(self) -> str:
        return WHY[self.standing.reason or Reason.CANCELLED]

    def keeps_credentials(self, now: datetime) -> bool:
        return keeps_credentials(self.standing, now)

    def refusal(self) -> SubscriptionInactive:
        evidence = {"reason": self.standing.reason, "since": _iso(self.standing.since), "link": PAGE}
        return SubscriptionInactive(self.why_not, action="open_billing", evidence=evidence)


SELF_HOSTED = Access("self_hosted", Standing(State.ACTIVE), None, Limits())


async def access_of(rt: Runtime, tx: UnitOfWork, org_id: UUID) -> Access:
    """Without Stripe nothing is asked. ``tx`` acts for the organization."""
    if not rt.config.billing.is_on:
        return SELF_HOSTED
    asked = select(Organization.created_at, Subscription).outerjoin(
        Subscription, Subscription.org_id == Organization.id
    )
    founded, row = (await tx.session.execute(asked.where(Organization.id == org_id))).one()
    return judge(rt.config.billing, founded, row, rt.clock.now())


def judge(billing: Billing, founded: datetime, row: Subscription | None, now: datetime) -> Access:
    found = standing(facts_of(billing, founded, row), now)
    plan = catalogue().find(row.plan) if row is not None and found.state is not State.TRIALING else None
    plan = plan or catalogue().of_trial
    return Access("paid", found, plan, plan.limits)


def facts_of(billing: Billing, founded: datetime, row: Subscription | None) -> Facts:
    began = max(founded, billing.since) if billing.since else founded
    trial_ends_at = began + timedelta(days=billing.trial_days)
    if row is None:
        return Facts(trial_ends_at)
    return Facts(trial_ends_at, row.status, row.cancel_at, row.ended_at, row.payment_failed)


async def require_work(rt: Runtime, tx: UnitOfWork, org_id: UUID) -> Access:
    """Raises SubscriptionInactive."""
    access = await access_of(rt, tx, org_id)
    if not access.may_work:
        raise access.refusal()
    return access


def require_room(access: Access, name: LimitName, used: int) -> None:
    """Before one more is added. Raises PlanLimit. What is there already stays, whatever the plan becomes."""
    most = getattr(access.limits, name)
    if most is not None and used >= most:
        plan = access.plan.name if access.plan else ""
        text = f"The plan {plan} allows {most} {NOUNS[name]}. Choose a larger one for more."
        raise PlanLimit(text, action="open_billing", evidence={"limit": name, "allowed": most, "link": PAGE})


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
