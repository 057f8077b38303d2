"""`mailwarden login` against a server over sockets: the browser decides, the tokens are the owner's alone."""

import asyncio
import stat
import time
import webbrowser
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
import pytest_asyncio
from typer.testing import CliRunner

from mailwarden.cli import app
from mailwarden.cli.login import store
from mailwarden.cli.login.flow import LoginError, fresh, sign_in, sign_out
from mailwarden.core.runtime import Runtime
from tests.developers.oauth.steps import CSRF
from tests.support.live import Live, live_api

Show = Callable[[str], Any]


@pytest_asyncio.fixture(loop_scope="session")
async def live(runtime: Runtime) -> AsyncIterator[Live]:
    async with live_api(runtime) as found:
        yield found


def person(live: Live, decision: str = "allow", change: Callable[[str], str] = str) -> Show:
    """What the person's browser does with the address, in its own time."""
    loop = asyncio.get_running_loop()

    async def decide(address: str) -> None:
        page = await live.owner.get(address)
        found = CSRF.search(page.text)
        assert found, page.text
        answer = await live.owner.http.post(address, data={"csrf": found[1], "decision": decision})
        async with httpx.AsyncClient() as browser:
            await browser.get(change(answer.headers["location"]))

    return lambda address: asyncio.run_coroutine_threadsafe(decide(address), loop)


async def signed_in(live: Live, show: Show, patience: float = 20) -> store.Tokens:
    with httpx.Client(timeout=20) as http:
        return await asyncio.to_thread(sign_in, http, live.url, show, now=time.time, patience=patience)


async def test_a_computer_is_signed_in_and_out(live: Live) -> None:
    tokens = await signed_in(live, person(live))
    async with httpx.AsyncClient(base_url=live.url, headers={"Authorization": f"Bearer {tokens.access}"}) as http:
        assert (await http.get("/v1/me")).json()["user"]["email"] == "live@example.com"
        assert [one["program"] for one in (await live.owner.get("/v1/me/devices")).json()["data"]] == [
            "Mailwarden command line"
        ]
        with httpx.Client() as sync:
            await asyncio.to_thread(sign_out, sync, tokens)
        assert (await http.get("/v1/me")).status_code == 401


async def test_tokens_are_renewed_before_they_end(live: Live) -> None:
    tokens = await signed_in(live, person(live))
    with httpx.Client() as http:
        assert await asyncio.to_thread(fresh, http, tokens, time.time) is tokens
        old = replace(tokens, expires_at=time.time() + 30)
        renewed = await asyncio.to_thread(fresh, http, old, time.time)
        assert renewed.access != tokens.access
        ended = replace(old, refresh="mwr_" + "x" * 43)
        with pytest.raises(LoginError, match="mailwarden login"):
            await asyncio.to_thread(fresh, http, ended, time.time)


async def test_a_refusal_is_told(live: Live) -> None:
    with pytest.raises(LoginError, match="Refused by the person"):
        await signed_in(live, person(live, "deny"))


def without(name: str, value: str | None = None) -> Callable[[str], str]:
    def change(location: str) -> str:
        there = urlsplit(location)
        given = {key: values[0] for key, values in parse_qs(there.query).items() if key != name}
        return there._replace(query=urlencode(given | ({name: value} if value else {}))).geturl()

    return change


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (without("state"), "another request"),
        (without("state", "x"), "another request"),
        (without("iss"), "another server"),
        (without("iss", "https://evil.example"), "another server"),
    ],
)
async def test_an_answer_to_somebody_else_is_not_taken(live: Live, change: Callable[[str], str], said: str) -> None:
    with pytest.raises(LoginError, match=said):
        await signed_in(live, person(live, change=change))


async def test_nobody_is_waited_for_for_ever(live: Live) -> None:
    with pytest.raises(LoginError, match="Nobody decided"):
        await signed_in(live, lambda _: None, patience=0.2)


async def test_a_server_by_another_name_is_not_trusted(live: Live) -> None:
    other = live.url.replace("127.0.0.1", "localhost")
    with httpx.Client() as http, pytest.raises(LoginError, match="calls itself"):
        await asyncio.to_thread(sign_in, http, other, print, now=time.time)


def test_only_the_owner_can_read_the_file(tmp_path: Path) -> None:
    file, tokens = tmp_path / "deep" / "login.json", store.Tokens("https://x.example", "a", "b", 1.0)
    assert store.load(file) is None
    store.save(file, tokens)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o644)
    assert store.load(file) == tokens
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_text("{")
    assert store.load(file) is None
    store.forget(file)
    assert list(file.parent.iterdir()) == []


async def test_the_commands(live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    decide = person(live)
    monkeypatch.setattr(webbrowser, "open", lambda address: bool(decide(address)))

    async def run(*arguments: str) -> tuple[int, str]:
        result = await asyncio.to_thread(CliRunner().invoke, app, [*arguments])
        return result.exit_code, result.output

    assert (await run("whoami"))[0] == 1
    code, said = await run("login", "--server", live.url)
    assert (code, "mwa_" in said, "mwr_" in said) == (0, False, False), said
    code, said = await run("whoami")
    assert (code, "live@example.com" in said) == (0, True), said
    assert (await run("logout"))[0] == 0
    assert (await run("whoami"))[0] == 1
