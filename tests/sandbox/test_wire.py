"""Over real sockets: what cannot be seen inside one process."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from mailwarden_sandbox.__main__ import main
from mailwarden_sandbox.tls import certificates
from tests.sandbox.program import running_sandbox
from tests.sandbox.steps import (
    CLIENT,
    HUBSPOT,
    KLAVIYO,
    Control,
    connect_hubspot,
    connect_klaviyo,
    refresh_klaviyo,
)

EMAILS = "/hubspot/marketing/v3/emails"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox"), "--campaigns", "30", "--no-quotas") as port:
        yield port


@pytest.fixture
async def http(port: int) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=5) as client:
        yield client
        for provider, account in (("hubspot", HUBSPOT), ("klaviyo", KLAVIYO)):
            await client.delete(f"/_sandbox/accounts/{provider}/{account}/faults")


@pytest.fixture
def control(http: httpx.AsyncClient) -> Control:
    return Control(http)


@pytest.mark.parametrize(("when", "failure"), [("before", httpx.ReadError), ("mid", httpx.ReadError)])
async def test_a_reset_is_a_reset(http, control, when, failure):
    tokens = await connect_hubspot(http)
    await control.break_("hubspot", HUBSPOT, "reset", when=when)
    with pytest.raises(failure):
        await http.get(EMAILS, headers=tokens.headers)
    await control.mend("hubspot", HUBSPOT)
    assert (await http.get(EMAILS, headers=tokens.headers)).status_code == 200


async def test_a_timeout_stays_silent_and_holds_nobody_else(http, control):
    tokens, other = await connect_hubspot(http), await connect_hubspot(http, "48000002")
    await control.break_("hubspot", HUBSPOT, "timeout")
    silent = asyncio.create_task(http.get(EMAILS, headers=tokens.headers, timeout=0.5))
    assert (await http.get(EMAILS, headers=other.headers)).status_code == 200
    with pytest.raises(httpx.ReadTimeout):
        await silent
    for _ in range(150):  # the server learns of the caller's leaving a moment later
        logged = await _last_call(http)
        if logged["fault"] == "timeout":
            break
        await asyncio.sleep(0.02)
    assert (logged["fault"], logged["status"]) == ("timeout", None)


async def _last_call(http: httpx.AsyncClient) -> dict[str, Any]:
    calls = (await http.get("/_sandbox/requests", params={"account": HUBSPOT})).json()["requests"]
    return dict(calls[-1])


async def test_a_timeout_ends_by_itself(http, control):
    tokens = await connect_hubspot(http)
    await control.break_("hubspot", HUBSPOT, "timeout", hold_s=0.2)
    with pytest.raises(httpx.ReadError):
        await http.get(EMAILS, headers=tokens.headers)


@pytest.mark.parametrize(("rotation", "status"), [("overlap", 200), ("strict", 400)])
async def test_a_lost_answer_is_a_processed_refresh(http, control, rotation, status):
    await control.behave("klaviyo", KLAVIYO, rotation=rotation)
    tokens = await connect_klaviyo(http)
    await control.break_("klaviyo", KLAVIYO, "lost_refresh_response")
    with pytest.raises(httpx.ReadError):
        await refresh_klaviyo(http, tokens.refresh)
    assert (await refresh_klaviyo(http, tokens.refresh)).status_code == status


async def test_a_huge_body_can_be_left_early(http, control):
    tokens = await connect_hubspot(http)
    await control.break_("hubspot", HUBSPOT, "huge_body", mb=256)
    async with http.stream("GET", EMAILS, headers=tokens.headers) as answer:
        async for _ in answer.aiter_bytes(1 << 16):
            break
    assert (await http.get("/_sandbox/health")).status_code == 200


async def test_one_date_header_and_it_is_the_sandboxs(http):
    tokens = await connect_hubspot(http)
    answer = await http.get(EMAILS, headers=tokens.headers)
    assert len(answer.headers.get_list("date")) == 1
    assert "server" not in answer.headers


async def test_real_host_names_over_tls(tmp_path: Path):
    arguments = ("--tls", "--tls-dir", str(tmp_path / "tls"), "--campaigns", "150", "--accounts", "1", "--no-quotas")
    with running_sandbox(tmp_path, *arguments) as port:
        trust = ssl.create_default_context(cafile=tmp_path / "tls" / "ca.pem")
        base = f"https://127.0.0.1:{port}"
        async with httpx.AsyncClient(verify=trust, base_url=base) as http:
            tokens = await connect_hubspot(http)
            headers, name = {**tokens.headers, "Host": "api.hubapi.com"}, {"sni_hostname": "api.hubapi.com"}
            page = (await http.get("/marketing/v3/emails", headers=headers, extensions=name)).json()
            assert page["paging"]["next"]["link"].startswith("https://api.hubapi.com/marketing/v3/emails?")
            told = await http.post(
                "/oauth/v3/token/introspect",
                data={**CLIENT, "token": tokens.refresh},
                headers={"Host": "api.hubspot.com"},
                extensions={"sni_hostname": "api.hubspot.com"},
            )
            assert told.json()["active"] is True
    assert (tmp_path / "tls" / "key.pem").stat().st_mode & 0o077 == 0


async def test_the_options_of_the_program(tmp_path: Path):
    options = ("--seed", "3", "--accounts", "1", "--campaigns", "9", "--start", "2026-03-01T10:00:00+00:00")
    switches = ("--ttl", "hubspot=77", "--rotation", "hubspot=strict", "--redirect-uri", "https://app.example/back")
    with running_sandbox(tmp_path, *options, *switches) as port:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
            told = (await http.get(f"/_sandbox/accounts/hubspot/{HUBSPOT}")).json()
            assert (told["campaigns"], told["behaviour"]["rotation"], told["behaviour"]["access_ttl_s"]) == (
                9,
                "strict",
                77,
            )
            assert (await http.get("/_sandbox/health")).json()["seed"] == 3
            assert (await http.get("/_sandbox/clock")).json()["now"].startswith("2026-03-01T10:00")
            ask = {"client_id": "sandbox-client", "redirect_uri": "http://localhost/", "scope": "oauth"}
            assert (await http.get("/hubspot/oauth/authorize", params=ask)).status_code == 400
            allowed = {**ask, "redirect_uri": "https://app.example/back"}
            assert (await http.get("/hubspot/oauth/authorize", params=allowed)).status_code == 200


@pytest.mark.parametrize("wrong", [["--ttl", "hubspot=long"], ["--rotation", "keap"], ["--rotation", "hubspot=daily"]])
def test_wrong_options_are_refused(wrong, capsys):
    with pytest.raises(SystemExit):
        main(wrong)
    assert "error" in capsys.readouterr().err


def test_certificates_are_kept_while_they_are_good(tmp_path: Path):
    first = certificates({"api.hubapi.com"}, tmp_path).ca.read_bytes()
    assert certificates({"api.hubapi.com"}, tmp_path).ca.read_bytes() == first
    assert certificates({"a.klaviyo.com"}, tmp_path).ca.read_bytes() != first
