"""What leaves in a log line, and what never does."""

import io
import json
import logging
import re
import sys
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from mailwarden.core.logging import bound, configure_logging
from mailwarden.core.runtime import Runtime
from tests.conftest import NewClient
from tests.support.browser import PASSWORD, Browser, sign_up


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    configure_logging("debug", as_json=True)
    yield written
    root.handlers, root.level = before, level


def read(lines: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_a_line_is_one_json_object_with_the_ids_at_hand(lines: io.StringIO) -> None:
    with bound(request_id="req_1", org_id="org_1"):
        logging.getLogger("a").info("said\nover two lines", extra={"n": 1})
    (line,) = read(lines)
    assert line.items() >= {"request_id": "req_1", "org_id": "org_1", "n": 1, "event": "said\nover two lines"}.items()


@pytest.mark.parametrize(
    "extra",
    [
        {"anything": SecretStr("canary")},
        {"anything": b"canary"},
        {"access_token": "canary"},
        {"Authorization": "canary"},
        {"state": "canary"},
        {"nested": {"refresh_token": "canary", "list": [SecretStr("canary")]}},
    ],
)
def test_secrets_are_blanked(lines: io.StringIO, extra: dict[str, object]) -> None:
    logging.getLogger("a").warning("x", extra=extra)
    assert "canary" not in lines.getvalue()


async def test_a_requests_lines_carry_its_id_and_no_secret(
    lines: io.StringIO, runtime: Runtime, new_client: NewClient
) -> None:
    browser = await sign_up(new_client(), "pat@example.com")
    answer = await browser.get("/v1/me")
    await browser.post("/v1/auth/sign-in", {"email": "pat@example.com", "password": PASSWORD})
    text = lines.getvalue()
    mine = [line for line in read(lines) if line.get("request_id") == answer.headers["request-id"]]
    assert [line["route"] for line in mine if line["event"] == "request"] == ["/v1/me"]
    for secret in (PASSWORD, browser.http.cookies["session"], browser.me["csrf_token"]):
        assert secret not in text


async def test_metrics_name_routes_not_ids(owner: Browser) -> None:
    alert = "alrt_" + "0" * 32
    await owner.post(f"/v1/alerts/{alert}/read")
    text = (await owner.get("/metrics")).text
    assert 'route="/v1/alerts/{alert_id}/read"' in text
    assert alert not in text
    assert not re.search(r"[0-9a-f]{32}", text)
