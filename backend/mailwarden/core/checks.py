"""What must hold of the database before anything is served from it."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

UNSAFE = text(
    """
    SELECT current_user AS role, r.rolsuper OR r.rolbypassrls AS mighty,
           EXISTS (SELECT 1 FROM pg_class c
                   WHERE c.relowner = r.oid AND c.relnamespace = 'public'::regnamespace) AS owns,
           EXISTS (SELECT 1 FROM pg_class c WHERE c.relname = 'connections' AND c.relrowsecurity) AS walled
    FROM pg_roles r WHERE r.rolname = current_user
    """
)


class UnsafeDatabase(Exception):
    """Row-level security would not bind the role we were given, or the schema is not there."""


async def check_database(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        found = (await connection.execute(UNSAFE)).one()
    if found.mighty or found.owns:
        raise UnsafeDatabase(
            f"role {found.role} is a superuser, bypasses row-level security or owns tables; use mw_app"
        )
    if not found.walled:
        raise UnsafeDatabase("the schema is missing or has no row-level security; run `mailwarden migrate`")
