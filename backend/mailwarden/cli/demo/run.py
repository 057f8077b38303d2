"""Sets the scene, runs the story, shows the result."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

import httpx
from pydantic import HttpUrl
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from mailwarden.cli.demo.client import LOGIN, PASSWORD, DemoFailed, Person
from mailwarden.cli.demo.domains import show_domains
from mailwarden.cli.demo.sending import (
    await_last_mail,
    cut_off,
    mend,
    open_mailboxes,
    see_pause,
    send_one,
    start_campaign,
)
from mailwarden.cli.demo.show import break_table, domains_table, figures_table, sending_table, show_mail
from mailwarden.cli.demo.story import (
    OFFERED,
    PROVIDERS,
    Account,
    Story,
    await_alerts,
    await_sync,
    break_it,
    compare_all,
    connect,
    miss_something,
    reconnect,
)
from mailwarden.cli.stack import Stack, running_stack, start_sandbox
from mailwarden.developers.oauth.clients import DEVELOPMENT_EXTENSION
from mailwarden.embedded.processes import free_port
from mailwarden.settings import Settings

SEED = 7
SCALE = 0.03
PROBE_EVERY_S = 5
SHORTENED = (
    f"For this demo the delays are shortened: probes every {PROBE_EVERY_S} s instead of 10 min, and the schedule of"
    f" confirmations at {SCALE:.0%} of its length. Everything else is the product as it is."
)


def run_demo(out: Console, *, data: Path, port: int, once: bool) -> int:
    """The number of differences found; 0 means that every figure and every promise held."""
    settings = Settings(
        environment="demo",
        data_dir=data.absolute(),
        port=port or free_port(),
        database={},
        redis={},
    )
    settings = settings.model_copy(update={"base_url": HttpUrl(f"http://127.0.0.1:{settings.port}")})
    out.print("[bold]Mailwarden[/] starts its own PostgreSQL and Redis, a provider sandbox, the API and a worker …")
    with running_stack(settings, extra_env=demo_environment(), fresh=True, before=set_scene) as stack:
        return _play(out, stack, once)


def demo_environment() -> dict[str, str]:
    return {
        "MAILWARDEN_TIMING__VERDICT_SCALE": str(SCALE),
        "MAILWARDEN_TIMING__PROBE_EVERY_S": str(PROBE_EVERY_S),
        "MAILWARDEN_TIMING__JOURNAL_POLL_S": str(PROBE_EVERY_S),
        "MAILWARDEN_TIMING__CLOCK_FOLLOW_S": "1",
        "MAILWARDEN_MAIL__MODE": "file",
        "MAILWARDEN_OAUTH__EXTENSION_IDS": DEVELOPMENT_EXTENSION,
    }


def set_scene(stack: Stack) -> dict[str, str]:
    """Once the folder is ours: without the mails of an earlier demo."""
    shutil.rmtree(stack.settings.data_dir / "mail", ignore_errors=True)
    return add_sandbox(stack)


def add_sandbox(stack: Stack) -> dict[str, str]:
    """Starts it first, since the API must know its address."""
    url = start_sandbox(stack, seed=SEED, accounts=2, campaigns=240)
    env = {"MAILWARDEN_DNS__NAMESERVERS": name_server(url)}
    for name in OFFERED:
        prefix = f"MAILWARDEN_PROVIDERS__{name.upper()}__"
        env |= {
            f"{prefix}CLIENT_ID": "sandbox-client",
            f"{prefix}CLIENT_SECRET": "sandbox-secret",
            f"{prefix}AUTHORIZE_BASE": f"{url}/{name}",
            f"{prefix}API_BASE": f"{url}/{name}",
        }
    return env


def name_server(sandbox: str) -> str:
    """Where the sandbox answers for the domains of its accounts, and for blocklists."""
    told: str = httpx.get(f"{sandbox}/_sandbox/dns").raise_for_status().json()["server"]
    return told


def _play(out: Console, stack: Stack, once: bool) -> int:
    person = Person(stack.url, stack.sandbox_url or "")
    story = Story(person)
    person.sign_up()
    subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "mailwarden", "operator", "add", LOGIN], env=stack.env, check=True, capture_output=True
    )
    out.print(SHORTENED, style="yellow")
    try:
        tell_story(out, story)
    except DemoFailed as exc:
        out.print(f"[red]{exc}[/]")
        return 1
    out.print(figures_table(story))
    out.print(break_table(story))
    out.print(domains_table(story))
    out.print(sending_table(story.sending))
    for difference in story.differences[:20]:
        out.print(f"[red]{difference}[/]")
    show_mail(out, stack.settings.data_dir / "mail")
    if not once:
        serve(out, stack)
    return len(story.differences)


def tell_story(out: Console, story: Story) -> None:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=out) as progress:
        task = progress.add_task("connect", total=1.0)

        def tell(what: str, share: float | None) -> None:
            progress.update(task, description=what, total=None if share is None else 1.0, completed=share or 0)

        listed = story.person.sandbox("GET", "/accounts")["accounts"]
        for provider in PROVIDERS:
            first = next(one for one in listed if one["provider"] == provider)
            story.accounts.append(Account(provider, first["external_id"]))
            connect(story, story.accounts[-1], tell)
        open_mailboxes(story.person, story.sending, tell)
        send_one(story.person, story.sending, tell)
        for account in story.accounts:
            await_sync(story, account, tell, badge="first")
        story.synced = compare_all(story)
        start_campaign(story.person, story.sending, tell)  # it sends at its own pace while the story goes on
        cut_off(story.person, story.sending, tell)
        break_it(story, tell)
        miss_something(story, tell)
        see_pause(story.person, story.sending, tell)
        reconnect(story, tell)
        mend(story.person, story.sending, tell)
        await_alerts(story, tell)
        story.after = compare_all(story)
        story.domains = show_domains(story.person, tell)
        await_last_mail(story.person, story.sending, tell)
        progress.update(task, description="done", total=1.0, completed=1.0)


def serve(out: Console, stack: Stack) -> None:
    out.print(f"\nMailwarden is at [bold]{stack.url}[/]   login [bold]{LOGIN}[/]   password [bold]{PASSWORD}[/]")
    out.print(f"Break things in the sandbox at {stack.sandbox_url}/_sandbox (POST …/faults). Ctrl-C stops everything.")
    while True:
        time.sleep(3600)
