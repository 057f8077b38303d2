"""Who comes back from a provider is a person with a browser: they see our pages, never a problem body."""

import httpx
import pytest
from sqlalchemy import text

from mailwarden.core.db import unit_of_work
from mailwarden.core.runtime import Runtime
from tests.conftest import NewClient
from tests.support.browser import Browser

BACK = "/v1/oauth/callback/hubspot"


def target(answer: httpx.Response) -> str:
    assert answer.status_code == 303
    assert answer.headers["request-id"].startswith("req_")
    return answer.headers["location"]


async def test_without_a_session_they_are_led_to_sign_in(new_client: NewClient) -> None:
    back = await new_client().get(BACK, params={"state": "s", "code": "c"})
    assert target(back) == "/sign-in?next=/integrations/hubspot"


@pytest.mark.parametrize(
    ("path", "asked", "code"),
    [
        (BACK, {"state": "s" * 600, "code": "c"}, "validation_error"),
        (BACK, {"state": "s", "code": "c", "error_description": "x" * 2000}, "validation_error"),
        ("/v1/oauth/callback/nobody", {"state": "s", "code": "c"}, "not_found"),
        ("/v1/oauth/callback/", {}, "not_found"),
    ],
)
async def test_what_cannot_be_read_leads_to_the_integrations(
    owner: Browser, path: str, asked: dict[str, str], code: str
) -> None:
    assert target(await owner.get(path, params=asked)) == f"/integrations?error={code}"


async def test_who_may_not_connect_is_told_on_a_page(owner: Browser, runtime: Runtime) -> None:
    async with unit_of_work(runtime.sessions, owner.org_id) as tx:
        await tx.session.execute(text("UPDATE memberships SET role = 'member'"))
    assert target(await owner.get(BACK, params={"state": "s", "code": "c"})) == "/integrations?error=role_required"


async def test_other_routes_answer_programs(new_client: NewClient) -> None:
    answer = await new_client().get("/v1/integrations")
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
