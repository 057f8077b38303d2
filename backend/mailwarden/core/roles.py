"""The three database roles, made the same way for embedded, test and production databases.

`mw_owner` owns the database and runs migrations; `mw_app` (API and jobs) and `mw_system` (relay and sweeper)
own nothing and may not bypass row-level security.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from enum import StrEnum
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

SCRAM_ITERATIONS = 4096
UNPRIVILEGED = "LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION"


class Role(StrEnum):
    OWNER = "mw_owner"
    APP = "mw_app"
    SYSTEM = "mw_system"


def scram_verifier(password: str) -> str:
    """What PostgreSQL stores for a password, computed here so that no statement or server log ever holds it."""
    if not password or not password.isascii():
        raise ValueError("database passwords must be non-empty ASCII")
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, SCRAM_ITERATIONS)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    parts = [base64.b64encode(part).decode() for part in (salt, stored, server)]
    return f"SCRAM-SHA-256${SCRAM_ITERATIONS}:{parts[0]}${parts[1]}:{parts[2]}"


def role_dsn(dsn: str, role: Role, password: str, database: str) -> str:
    """The same server as `dsn`, as another role and in another database."""
    parts = urlsplit(dsn)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{role}:{quote(password, safe='')}@{host}", path=f"/{database}"))


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


async def bootstrap_roles(admin_dsn: str, passwords: Mapping[Role, str], database: str = "mailwarden") -> None:
    """Makes roles and database or puts right what is there; may be run again at any time, also to change passwords.

    The admin needs CREATEROLE and CREATEDB; a superuser only where a role was wrongly given such a right.
    """
    missing = set(Role) - set(passwords)
    if missing:
        raise ValueError(f"no password for {', '.join(sorted(missing))}")
    admin = await asyncpg.connect(admin_dsn)
    try:
        for role in Role:
            await _make_role(admin, role, passwords[role])
        await admin.execute(f"GRANT {Role.OWNER} TO CURRENT_USER WITH SET TRUE, INHERIT TRUE")
        await make_database(admin, database)
    finally:
        await admin.close()


async def _make_role(admin: asyncpg.Connection, role: Role, password: str) -> None:
    found = await admin.fetchrow(
        "SELECT rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole OR rolreplication AS mighty"
        " FROM pg_roles WHERE rolname = $1",
        role,
    )
    if found is None:
        await admin.execute(f"CREATE ROLE {role} {UNPRIVILEGED}")
    elif found["mighty"]:
        await admin.execute(f"ALTER ROLE {role} {UNPRIVILEGED}")
    await admin.execute(f"ALTER ROLE {role} LOGIN PASSWORD '{scram_verifier(password)}'")


async def make_database(admin: asyncpg.Connection, name: str, template: str | None = None) -> None:
    """Only our roles may connect; a clone of a template gets the same rights, which PostgreSQL does not copy."""
    if not await admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
        source = quoted(template or "template0")
        await admin.execute(f"CREATE DATABASE {quoted(name)} OWNER {Role.OWNER} ENCODING 'UTF8' TEMPLATE {source}")
    database = quoted(name)
    await admin.execute(f"ALTER DATABASE {database} OWNER TO {Role.OWNER}")
    await admin.execute(f"REVOKE ALL ON DATABASE {database} FROM PUBLIC")
    await admin.execute(f"GRANT CONNECT ON DATABASE {database} TO {Role.APP}, {Role.SYSTEM}")


async def drop_database(admin: asyncpg.Connection, name: str) -> None:
    await admin.execute(f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE)")
