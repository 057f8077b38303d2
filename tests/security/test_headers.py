"""What browsers are told with every answer, whatever it is."""

from dataclasses import replace

import httpx
import pytest

from mailwarden.core.headers import ALWAYS, CSP, HSTS
from mailwarden.core.runtime import Runtime
from mailwarden.main import create_app
from tests.support.browser import PASSWORD, Browser
from tests.support.routes import operations

SIGN_UP = {"email": "pat@example.com", "password": PASSWORD, "name": "Pat", "organization_name": "Acme"}


@pytest.fixture
def public(runtime: Runtime) -> httpx.AsyncClient:
    """As behind https."""
    app = create_app(replace(runtime, config=replace(runtime.config, cookie_secure=True)))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000")


async def test_every_operation_carries_all_headers(public: httpx.AsyncClient, runtime: Runtime) -> None:
    """Refusals included; from nobody, so that nothing happens."""
    for one in operations(create_app(runtime)):
        answer = await public.request(one.method, one.example_path())
        assert answer.headers["strict-transport-security"] == HSTS, one
        assert answer.headers["cache-control"] == "no-store", one
        assert {name: answer.headers[name] for name in ALWAYS} == ALWAYS, one
        assert "access-control-allow-origin" not in answer.headers, one
        if answer.content:
            assert answer.headers["content-type"].startswith(("application/problem+json", "application/json")), one


@pytest.mark.parametrize("path", ["/", "/sign-in", "/no/such/page", "/assets/none.js", "/healthz", "/docs", "/v1/none"])
async def test_pages_and_what_is_missing_carry_them_too(public: httpx.AsyncClient, path: str) -> None:
    answer = await public.get(path)
    assert answer.headers["strict-transport-security"] == HSTS
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_policy_lets_no_script_and_no_frame_in_from_elsewhere() -> None:
    rules = dict(rule.split(" ", 1) for rule in CSP.split("; "))
    assert rules["script-src"] == rules["default-src"] == "'self'"
    assert rules["object-src"] == rules["base-uri"] == rules["frame-ancestors"] == "'none'"


async def test_the_session_cookie_is_bound_to_this_host(public: httpx.AsyncClient) -> None:
    told = (await public.post("/v1/auth/sign-up", json=SIGN_UP)).headers.get_list("set-cookie")
    assert told
    for cookie in told:
        name, _, flags = cookie.partition("=")
        words = {word.strip().lower() for word in flags.split(";")[1:]}
        assert name.startswith("__Host-")
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= words
        assert not any(word.startswith("domain") for word in words)


async def test_no_other_site_is_let_in_by_cors(owner: Browser) -> None:
    asked = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    answer = await owner.http.options("/v1/api-keys", headers=asked)
    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control-")]


async def test_trace_is_refused_and_nothing_is_done_by_get(owner: Browser) -> None:
    assert (await owner.http.request("TRACE", "/v1/me")).status_code == 405
    assert (await owner.http.request("GET", "/v1/auth/sign-out")).status_code == 404


@pytest.mark.parametrize(
    "path", ["/.git/config", "/.env", "/assets/", "/assets/../index.html", "/v1/../.env", "/docs/"]
)
async def test_nothing_that_lies_around_is_served(public: httpx.AsyncClient, path: str) -> None:
    """An unknown path of a page may be answered with the app, which holds nothing but itself."""
    answer = await public.get(path)
    assert answer.status_code in (307, 404) or answer.headers["content-type"].startswith("text/html")
    assert "[core]" not in answer.text
    assert "MAILWARDEN_" not in answer.text
    assert "Index of" not in answer.text
