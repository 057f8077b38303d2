"""Brings a database to the newest schema, as mw_owner."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

PACKAGED = Path(__file__).parent / "migrations"
CHECKOUT = Path(__file__).parents[2] / "migrations"


def scripts() -> Path:
    """In a wheel they lie in the package, in a checkout at the top level."""
    return PACKAGED if (PACKAGED / "env.py").is_file() else CHECKOUT


def configuration(url: str) -> Config:
    """``url`` is SQLAlchemy's spelling, of the role that owns the schema."""
    config = Config()
    config.set_main_option("script_location", str(scripts()).replace("%", "%%"))
    config.attributes["url"] = url
    return config


def migrate(url: str, revision: str = "head") -> None:
    """Blocks; runs its own event loop, so call it from a plain thread."""
    command.upgrade(configuration(url), revision)


def newest_revision() -> str | None:
    return ScriptDirectory(str(scripts())).get_current_head()


async def current_revision(url: str) -> str | None:
    def read(connection: Connection) -> str | None:
        return MigrationContext.configure(connection).get_current_revision()

    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(read)
    finally:
        await engine.dispose()
