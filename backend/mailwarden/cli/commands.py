"""`mailwarden --help`: every command says what it does and what it needs."""

import asyncio
import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from secrets import token_hex
from typing import Annotated, Any, TypeVar
from urllib.parse import unquote, urlsplit

import typer
import uvicorn
from pydantic import ValidationError
from rich.console import Console

from mailwarden import main
from mailwarden.accounts.service import make_operator
from mailwarden.cli.demo import run_demo
from mailwarden.cli.doctor import examine
from mailwarden.cli.stack import StackError, local_servers, running_stack
from mailwarden.compose import MissingSetting, async_dsn, open_runtime, required
from mailwarden.core.checks import UnsafeDatabase
from mailwarden.core.db import unit_of_work
from mailwarden.core.errors import AppError
from mailwarden.core.key_check import WrongKeys, forget_key
from mailwarden.core.logging import configure_logging
from mailwarden.core.loop import run
from mailwarden.core.roles import Role, bootstrap_roles
from mailwarden.core.rotate import rotate_keys
from mailwarden.core.runtime import Runtime
from mailwarden.core.server import Hurried, Server
from mailwarden.core.team import Team
from mailwarden.main import schema
from mailwarden.migrate import current_revision, migrate, newest_revision
from mailwarden.settings import MOST_PROCESSES, Settings
from mailwarden.worker import serve

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Mailwarden keeps an organization's e-mail integrations alive and honest.",
)
operator = typer.Typer(no_args_is_help=True, help="People who run this instance (outside organizations).")
app.add_typer(operator, name="operator")
T = TypeVar("T")
NO_START = (MissingSetting, UnsafeDatabase, WrongKeys)  # each says in one line what is wrong
out = Console()
err = Console(stderr=True)


def load() -> Settings:
    """The settings, or one line per mistake and exit status 2."""
    try:
        return Settings()
    except ValidationError as exc:
        for mistake in exc.errors():
            where = "MAILWARDEN_" + "__".join(str(part).upper() for part in mistake["loc"])
            err.print(f"[red]{where}[/]: {mistake['msg']}", highlight=False)
        raise typer.Exit(2) from exc


def fail(message: str) -> typer.Exit:
    err.print(f"[red]{message}[/]", highlight=False)
    return typer.Exit(1)


def with_runtime(work: Callable[[Runtime], Awaitable[T]], *, keys_checked: bool = True) -> T:
    """One piece of work on the configured instance, or on the embedded one of the data folder."""

    async def opened(settings: Settings) -> T:
        async with open_runtime(settings, application="mailwarden-cli", keys_checked=keys_checked) as runtime:
            return await work(runtime)

    try:
        with local_servers(load()) as settings:
            return asyncio.run(opened(settings))
    except NO_START as exc:
        raise fail(str(exc)) from exc


@app.command()
def up(workers: Annotated[int, typer.Option(help="Worker processes.")] = 1) -> None:
    """Run everything on this machine: API, pages, workers, and embedded PostgreSQL and Redis where none are set."""
    try:
        with running_stack(load(), workers=workers) as stack:
            out.print(f"Mailwarden is at [bold]{stack.url}[/]  (data in {stack.settings.data_dir}; Ctrl-C stops)")
            while True:
                time.sleep(3600)
    except KeyboardInterrupt:
        out.print("Stopped.")
    except StackError as exc:
        raise fail(str(exc)) from exc


@app.command()
def api(
    host: Annotated[str | None, typer.Option(help="Address to listen on; default MAILWARDEN_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; default MAILWARDEN_PORT.")] = None,
    reload: Annotated[bool, typer.Option(help="Restart on changes of the code (development).")] = False,
) -> None:
    """Serve the REST API and the built pages. Needs a migrated database."""
    settings = load()
    given: dict[str, Any] = {
        "host": host or settings.host,
        "port": settings.port if port is None else port,
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "proxy_headers": False,
        "timeout_graceful_shutdown": 20,
        "http": Hurried,
    }
    if reload:
        uvicorn.run("mailwarden.main:app", factory=True, reload=True, **given)
        return
    try:
        run(serve_api(settings, given))
    except NO_START as exc:
        raise fail(str(exc)) from exc


async def serve_api(settings: Settings, given: Mapping[str, Any]) -> None:
    """The runtime is opened first, so that what is wrong with it is told in a line and nothing listens meanwhile."""
    async with main.served(settings) as served:
        server = Server(uvicorn.Config(served, lifespan="off", **given), settings.linger_s)
        await server.serve()
    if not server.started:
        raise typer.Exit(3)


@app.command()
def worker(
    processes: Annotated[
        int | None, typer.Option(min=1, max=MOST_PROCESSES, help="Default MAILWARDEN_WORKER__PROCESSES.")
    ] = None,
) -> None:
    """Run background work: token refresh, probes, syncs, alerts. Start as many as you like, on as many machines."""
    settings = load()
    wanted = processes or settings.worker.processes
    if wanted == 1:
        raise typer.Exit(_work(settings))
    configure_logging(settings.log_level, as_json=settings.log_json)
    team = token_hex(8)  # places of other teams are others, also on a machine of the same name
    raise typer.Exit(Team(wanted, lambda place: _work(settings.of_worker(place), f"{team}:{place}")).run())


def _work(settings: Settings, place: str | None = None) -> int:
    try:
        run(serve(settings, place))
    except NO_START as exc:
        return fail(str(exc)).exit_code
    return 0


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []})
def sandbox(context: typer.Context) -> None:
    """Run the provider sandbox: the providers on this machine, with faults on demand. Passes options on."""
    arguments = [sys.executable, "-m", "mailwarden_sandbox", *context.args]
    raise typer.Exit(subprocess.run(arguments, check=False).returncode)  # noqa: S603 - our own program


@app.command("migrate")
def migrate_command(
    bootstrap: Annotated[
        bool, typer.Option("--bootstrap", help="First make roles and database; needs MAILWARDEN_DATABASE__ADMIN_URL.")
    ] = False,
) -> None:
    """Bring the database to the newest schema, as mw_owner."""
    settings = load()
    try:
        owner = required(settings.database.owner_url, "DATABASE__OWNER_URL")
        if bootstrap:
            asyncio.run(_bootstrap(settings))
        migrate(async_dsn(owner))
        revision = asyncio.run(current_revision(async_dsn(owner)))
    except MissingSetting as exc:
        raise fail(str(exc)) from exc
    out.print(f"Schema is at revision {revision} (newest: {newest_revision()}).")


async def _bootstrap(settings: Settings) -> None:
    database = settings.database
    urls = {
        Role.OWNER: required(database.owner_url, "DATABASE__OWNER_URL"),
        Role.APP: required(database.url, "DATABASE__URL"),
        Role.SYSTEM: required(database.system_url, "DATABASE__SYSTEM_URL"),
    }
    passwords = {role: unquote(urlsplit(url).password or "") for role, url in urls.items()}
    name = urlsplit(urls[Role.OWNER]).path.lstrip("/")
    await bootstrap_roles(required(database.admin_url, "DATABASE__ADMIN_URL"), passwords, name)


@app.command()
def demo(
    once: Annotated[
        bool, typer.Option("--once", help="End after the table; exit status 1 if anything differs.")
    ] = False,
    port: Annotated[int, typer.Option(help="Port of the pages and the API.")] = 8000,
    data: Annotated[Path, typer.Option(help="Data folder; emptied at the start.")] = Path(".local/demo"),
) -> None:
    """Run the main job against the provider sandbox: connect, sync, break, tell why, reconnect, compare."""
    try:
        differences = run_demo(out, data=data, port=port, once=once)
    except StackError as exc:
        raise fail(str(exc)) from exc
    except KeyboardInterrupt:
        out.print("Stopped.")
        return
    raise typer.Exit(1 if differences else 0)


@app.command()
def doctor() -> None:
    """Check settings, servers, schema, provider apps, redirect URIs and clocks; show no secret. Status 1 on trouble."""
    with local_servers(load()) as settings:
        good = asyncio.run(examine(settings, out))
    raise typer.Exit(0 if good else 1)


@app.command()
def openapi(
    target: Annotated[Path | None, typer.Option("--out", help="File to write; default standard output.")] = None,
) -> None:
    """Print the API's OpenAPI 3.1 description."""
    text = json.dumps(schema(), indent=2, sort_keys=True) + "\n"
    if target is None:
        sys.stdout.write(text)
    else:
        target.write_text(text)


@app.command("rotate-keys")
def rotate() -> None:
    """Re-encrypt every stored secret under the first of the encryption keys. May be interrupted and run again."""

    counts = with_runtime(rotate_keys)
    for column, count in counts.items():
        out.print(f"{column}: {count.resealed} re-encrypted, {count.unreadable} unreadable")
    if any(count.unreadable for count in counts.values()):
        raise fail("Some secrets cannot be opened: is an encryption key missing from the settings?")


@app.command("forget-key")
def forget(key_id: Annotated[str, typer.Argument(help="Id of an encryption key that is lost for good.")]) -> None:
    """Give up what a lost key sealed: everything else runs again, its connections must be reconnected."""
    if not with_runtime(lambda runtime: forget_key(runtime.sessions, key_id), keys_checked=False):
        raise fail(f"No key with id {key_id!r} was ever used here.")
    out.print(f"What {key_id} sealed is given up. Its connections become inactive, and a reconnect mends each.")


@app.command("new-key")
def new_key() -> None:
    """Print a fresh random key for the settings (base64 of 32 bytes)."""
    sys.stdout.write(base64.b64encode(os.urandom(32)).decode() + "\n")


@operator.command("add")
def operator_add(email: Annotated[str, typer.Argument(help="Address of an existing account.")]) -> None:
    """Make a signed-up person an operator: sees the health of the instance, not the data of organizations."""

    async def work(runtime: Runtime) -> None:
        async with unit_of_work(runtime.sessions) as tx:
            await make_operator(tx, email)

    try:
        with_runtime(work)
    except AppError as exc:
        raise fail(exc.detail) from exc
    out.print(f"{email} is an operator now.")
