from datetime import datetime
from typing import Literal

from pydantic import Field

from mailwarden.billing.catalogue import Limits
from mailwarden.billing.rules import Reason, State
from mailwarden.core.api import Wire
from mailwarden.core.ids import BillingInvoiceId

Mode = Literal["self_hosted", "paid"]


class StandingOut(Wire):
    """May the organization work? For banners and for programs; every member may ask."""

    mode: Mode
    status: State
    may_work: bool = Field(description="False: send, track, connect, sync and test answer 402 `subscription_inactive`.")
    code: Literal["ok", "subscription_inactive"]
    detail: str
    reason: Reason | None
    since: datetime | None = Field(description="Inactive since.")
    until: datetime | None = Field(description="The trial, or what was paid for, ends then; null: it goes on.")
    link: str


class PlanOut(Wire):
    """The amount is for showing; what is charged stands on the payment page."""

    key: str
    name: str
    description: str
    amount: int = Field(description="In the currency's smallest unit.")
    currency: str
    interval: Literal["month", "year"]
    limits: Limits
    current: bool
    on_sale: bool


class PlanList(Wire):
    data: list[PlanOut]


class FailedPaymentOut(Wire):
    invoice_id: BillingInvoiceId
    amount: int
    currency: str
    tries: int
    next_try_at: datetime | None
    page_url: str | None = Field(description="Stripe's page on which it can be paid at once.")


class BillingOut(Wire):
    standing: StandingOut
    plan: str | None
    plan_name: str | None
    limits: Limits
    trial_ends_at: datetime | None
    period_ends_at: datetime | None = Field(description="The next payment, or the end where it was cancelled.")
    credentials_kept_until: datetime | None = Field(
        description="While inactive: so long are authorizations of integrations renewed."
    )
    failed_payment: FailedPaymentOut | None
    actions: list[Literal["checkout", "change_plan", "cancel", "resume", "portal", "refund"]] = Field(
        description="What this caller can do now."
    )


class PlanChoice(Wire):
    plan: str = Field(max_length=40, examples=["team"])


class RedirectOut(Wire):
    """Send the whole page there."""

    url: str


class InvoiceOut(Wire):
    id: BillingInvoiceId
    number: str | None
    status: str = Field(description="Stripe's word: open, paid, void or uncollectible.")
    currency: str
    amount_due: int
    amount_paid: int
    amount_refunded: int
    issued_at: datetime
    paid_at: datetime | None
    page_url: str | None
    pdf_url: str | None


class RefundForm(Wire):
    """Fills in the form of `POST /v1/support/requests`."""

    description: str
    doing: str
    page: str


class RefundOut(Wire):
    eligible: bool
    detail: str
    until: datetime | None = Field(description="14 times 24 hours after the payment, that moment included.")
    invoice_id: BillingInvoiceId | None
    amount: int | None
    currency: str | None
    request: RefundForm | None
