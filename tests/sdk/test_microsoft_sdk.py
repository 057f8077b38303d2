"""msal and msgraph-sdk against the sandbox over TLS: only authority, base URL and trusted certificates are changed."""

import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.sandbox.microsoft import FIRST
from tests.sandbox.program import running_sandbox
from tests.sandbox.steps import BACK, Control, returned

pytestmark = pytest.mark.sdk
ENV, PROGRAM = "microsoft-1", "microsoft_client.py"
MIME = "To: admin@juniper-outdoor.test\r\nSubject: As MIME\r\nList-Unsubscribe: <https://x.test/u>\r\n\r\nText\r\n"


@dataclass
class Cloud:
    base: str
    ca: Path
    drive: Any = field(repr=False)

    def step(self, name: str, **told: Any) -> Any:
        return self.drive(ENV, PROGRAM, name, ca=self.ca, base=f"{self.base}/microsoft", **told)

    @property
    def http(self) -> httpx.AsyncClient:
        trust = ssl.create_default_context(cafile=self.ca)
        return httpx.AsyncClient(base_url=self.base, verify=trust, timeout=20)

    async def signed_in(self, **told: Any) -> Any:
        flow = self.step("flow", back=BACK, **told)
        async with self.http as http:
            decided = {"_sandbox_auto": "allow", "_sandbox_account": FIRST}
            answer = await http.get(str(httpx.URL(flow["auth_uri"]).copy_merge_params(decided)))
        return self.step("tokens", flow=flow, answer=dict(returned(answer)), **told)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    folder = tmp_path_factory.mktemp("cloud")
    with running_sandbox(folder, "--tls", "--tls-dir", str(folder / "tls"), "--campaigns", "1") as port:
        yield f"https://127.0.0.1:{port}", folder / "tls" / "ca.pem"


@pytest.fixture
async def cloud(served, drive) -> Cloud:
    made = Cloud(served[0], served[1], drive)
    async with made.http as http:
        await http.post("/_sandbox/reset", json={})
    return made


@pytest.mark.parametrize("oidc", [False, True])
async def test_msal_signs_in_and_refreshes(cloud, oidc):
    told = await cloud.signed_in(oidc=oidc)
    tenant, _, person = FIRST.partition(":")
    assert (told["cached"], told["fresh"]) == (True, True)
    assert told["home"] == f"{person}.{tenant}"
    assert (told["claims"]["oid"], told["claims"]["tid"]) == (person, tenant)


async def test_msal_is_told_why(cloud):
    told = await cloud.signed_in()
    async with cloud.http as http:
        await Control(http).break_("microsoft", FIRST, "revoke")
    assert cloud.step("dead", refresh=told["refresh"]) == {
        "error": "invalid_grant", "error_codes": [50173], "suberror": "bad_token",
    }  # fmt: skip


async def test_graph_tells_who_it_is_and_refuses_in_its_own_words(cloud):
    access = (await cloud.signed_in())["first"]
    assert cloud.step("me", access=access) == {"id": FIRST.partition(":")[2], "mail": "admin@harbor-books.test"}
    assert cloud.step("me", access="nonsense") == {"refused": 401, "code": "InvalidAuthenticationToken"}


async def test_graph_sends_drafts_and_lists_changes(cloud):
    access = (await cloud.signed_in())["first"]
    told = cloud.step("send", access=access, to="admin@juniper-outdoor.test")
    assert told == {"draft": False, "subjects": ["Drafted", "Sent"], "delta": True, "folder": 2}
    cloud.step("attachment", access=access, mime=MIME)
    async with cloud.http as http:
        sent = (await http.get("/_sandbox/mail/submitted")).json()["messages"]
    assert [one["recipients"] for one in sent] == [["admin@juniper-outdoor.test"]] * 3
    assert "List-Unsubscribe: <https://x.test/u>" in sent[-1]["raw"]


async def test_a_throttled_call_is_repeated_by_the_client(cloud):
    access = (await cloud.signed_in())["first"]
    async with cloud.http as http:
        await Control(http).break_("microsoft", FIRST, "status", code=429, retry_after=1, count=1, scope="api")
    assert cloud.step("me", access=access)["mail"] == "admin@harbor-books.test"
