"""What is known of an organization's subscription. Stripe holds the truth; these rows are what it said last."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from mailwarden.core.db import Base, Tenant


class Subscription(Tenant, Base):
    """One per organization, made when it is first looked after. Without one the organization is in its trial."""

    __tablename__ = "subscriptions"
    __table_args__ = (UniqueConstraint("org_id"), UniqueConstraint("customer_id"))
    customer_id: Mapped[str | None]
    subscription_id: Mapped[str | None]
    item_id: Mapped[str | None]
    status: Mapped[str | None]  # Stripe's word
    plan: Mapped[str | None]
    period_ends_at: Mapped[datetime | None]
    cancel_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    payment_failed: Mapped[bool] = mapped_column(server_default=text("false"))
    fetched_at: Mapped[datetime | None]  # when the last answer was asked for; an older one changes nothing
    told: Mapped[str] = mapped_column(server_default=text("'working'"))  # working | inactive | lapsed, as announced
    told_at: Mapped[datetime | None]


class Invoice(Tenant, Base):
    """Amounts in the currency's smallest unit."""

    __tablename__ = "billing_invoices"
    __table_args__ = (
        UniqueConstraint("org_id", "stripe_id"),
        Index("ix_billing_invoices_org_id_issued_at", "org_id", "issued_at"),
    )
    stripe_id: Mapped[str]
    number: Mapped[str | None]
    status: Mapped[str]
    currency: Mapped[str]
    amount_due: Mapped[int] = mapped_column(BigInteger)
    amount_paid: Mapped[int] = mapped_column(BigInteger)
    amount_refunded: Mapped[int] = mapped_column(BigInteger, server_default="0")
    payment_intent: Mapped[str | None]
    issued_at: Mapped[datetime]
    paid_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(server_default="0")
    next_try_at: Mapped[datetime | None]
    page_url: Mapped[str | None]
    pdf_url: Mapped[str | None]


class BillingEvent(Tenant, Base):
    """A webhook of Stripe that was verified: which object to look at anew. Its body is not kept."""

    __tablename__ = "billing_events"
    __table_args__ = (UniqueConstraint("org_id", "stripe_id"),)
    stripe_id: Mapped[str]
    type: Mapped[str]
    object_id: Mapped[str | None]
    occurred_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]


class BillingNotice(Tenant, Base):
    """A mail to one owner. ``about`` names the occasion, so that none is told of twice."""

    __tablename__ = "billing_notices"
    __table_args__ = (UniqueConstraint("org_id", "user_id", "kind", "about"),)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str]
    about: Mapped[str]
    mail_state: Mapped[str] = mapped_column(server_default=text("'queued'"))
