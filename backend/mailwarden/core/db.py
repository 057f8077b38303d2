"""The database: one declarative base, one unit of work, the only commit in the program."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, Index, MetaData, TextClause, Uuid, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.sql.functions import Function

from mailwarden.core.ids import new_id
from mailwarden.core.pool import RESTED_S, give_out_living_ones

log = logging.getLogger(__name__)

STATEMENTS = 500  # prepared, per connection: a worker sends more than the 100 that are usual
NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: DateTime(timezone=True),
        UUID: Uuid(),
        dict[str, Any]: JSONB,
        list[dict[str, Any]]: JSONB,
        list[str]: JSONB,
    }


def app_now() -> Function[datetime]:
    """Database time plus the test offset. Never ``now()``: it cannot be moved, and stands still in a transaction."""
    return func.app_now(type_=DateTime(timezone=True))


def by_age(column: str) -> Index:
    """Of a log, to find its oldest rows: a summary of each range of blocks, at next to no cost for who writes."""
    return Index(None, column, postgresql_using="brin", postgresql_with={"autosummarize": "on"})


class Tenant:
    """Mixin: the row belongs to one organization, and row-level security holds it there."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    org_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=app_now())


@dataclass
class UnitOfWork:
    """One transaction, and the organization it acts for."""

    session: AsyncSession
    org_id: UUID | None = None
    enqueued: list[str] = field(default_factory=list)
    recorded: int = 0  # rows of the audit log
    before_commit: list[Callable[[], Awaitable[None]]] = field(default_factory=list)  # an exception rolls back

    async def act_for(self, org_id: UUID) -> None:
        """Row-level security shows this organization's rows from here to the end of the transaction.

        ``is_local`` is true without exception: a setting that outlives its transaction leaks through the pool.
        """
        self.org_id = org_id
        await self.session.execute(text("SELECT set_config('app.org_id', :org, true)"), {"org": str(org_id)})

    async def act_as(self, user_id: UUID) -> None:
        """Shows this person's own rows: memberships, organizations, sessions."""
        await self.session.execute(text("SELECT set_config('app.user_id', :user, true)"), {"user": str(user_id)})

    async def act(self, org_id: UUID, user_id: UUID) -> None:
        """Both at once: every request of the API begins with it."""
        self.org_id = org_id
        both = text("SELECT set_config('app.org_id', :org, true), set_config('app.user_id', :user, true)")
        await self.session.execute(both, {"org": str(org_id), "user": str(user_id)})

    async def alone(self, at: str) -> None:
        """From here to the end of the transaction nobody else of this organization gets past the same words."""
        held = text("SELECT pg_advisory_xact_lock(hashtextextended(:place, 0))")
        await self.session.execute(held, {"place": f"{at}:{self.org_id}"})

    async def enter(self, asked: TextClause, parameters: dict[str, Any]) -> Any:
        """The row that ``asked`` finds, a statement made by ``entering``; what ``act`` does happened with it."""
        row = (await self.session.execute(asked, parameters)).first()
        if row is not None:
            self.org_id = row.org_id
        return row


def entering(function: str) -> TextClause:
    """Who asks, and the walls around them, in one round trip: ``function`` tells ``org_id`` and ``user_id``."""
    walls = "set_config('app.org_id', org_id::text, true), set_config('app.user_id', user_id::text, true)"
    return text(f"SELECT *, {walls} FROM {function}")  # noqa: S608 - the callers' own constants


Sessions = async_sessionmaker[AsyncSession]


@asynccontextmanager
async def unit_of_work(sessions: Sessions, org_id: UUID | None = None) -> AsyncIterator[UnitOfWork]:
    """Commits at the end of the block, rolls back on any exception."""
    async with sessions.begin() as session:
        uow = UnitOfWork(session)
        if org_id is not None:
            await uow.act_for(org_id)
        yield uow
        for check in uow.before_commit:
            await check()


READ_ONLY = {"postgresql_readonly": True}  # a word of BEGIN: it costs no round trip


@asynccontextmanager
async def reader(sessions: Sessions, org_id: UUID | None = None) -> AsyncIterator[UnitOfWork]:
    """A read-only transaction: a write in it is an error, whoever wrote the query."""
    async with sessions.begin() as session:
        await session.connection(execution_options=READ_ONLY)
        uow = UnitOfWork(session)
        if org_id is not None:
            await uow.act_for(org_id)
        yield uow


def make_engine(
    url: str,
    *,
    pool_size: int,
    statement_timeout_ms: int,
    application: str,
    pool_timeout_s: float = 5,
    rested_s: float = RESTED_S,
) -> AsyncEngine:
    """No statement, lock wait or idle transaction may hold others up for long."""
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_use_lifo=True,  # who is in use keeps its prepared statements, 15 KB each; who rests has none
        hide_parameters=True,  # an error's text goes to the log, and parameters hold secrets
        pool_timeout=pool_timeout_s,
        connect_args={
            "timeout": 5,
            "prepared_statement_cache_size": STATEMENTS,
            "server_settings": {
                "application_name": application,
                "statement_timeout": str(statement_timeout_ms),
                "lock_timeout": "5000",
                "idle_in_transaction_session_timeout": "15000",
                "timezone": "UTC",
                "jit": "off",
            },
        },
    )
    give_out_living_ones(engine.sync_engine, rested_s)
    return engine


def make_sessions(engine: AsyncEngine) -> Sessions:
    return async_sessionmaker(engine, expire_on_commit=False)
