"""What came of a mail, told apart by who it probably was."""

from typing import Any

import httpx
import pytest

from mailwarden.sending.tracking.activity_schemas import WHY
from mailwarden.sending.tracking.rules import Reason
from tests.conftest import NewClient
from tests.sending.tracking.conftest import MakeMail
from tests.support.browser import Browser, sign_up
from tests.support.time import TimeMachine

GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
APPLE = "Mozilla/5.0"


async def told(owner: Browser, message_id: Any) -> dict[str, Any]:
    answer = await owner.get(f"/v1/messages/msg_{message_id.hex}/activity")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def figures(counts: dict[str, Any]) -> tuple[int, int, int]:
    return counts["human"], counts["machine"], counts["unknown"]


async def test_people_machines_and_doubt_are_counted_apart(
    owner: Browser, make_mail: MakeMail, reader: httpx.AsyncClient, time_machine: TimeMachine
) -> None:
    mail = await make_mail(org_id=owner.org_id, one_click_unsubscribe=True)
    for agent in (APPLE, GMAIL, None):
        await time_machine.advance(60)
        await reader.get(mail.url("o"), headers={"user-agent": agent} if agent else {})
    await reader.get(mail.url("c", 1))
    await reader.post(mail.url("u"), data={"List-Unsubscribe": "One-Click"})
    found = await told(owner, mail.message.id)
    assert figures(found["opens"]) == (1, 1, 1)
    assert figures(found["clicks"]) == (1, 0, 0)
    assert [figures(one["opens"]) for one in found["recipients"]] == [(1, 1, 1)]
    assert found["recipients"][0]["unsubscribed_at"] is not None
    assert [(one["url"], figures(one["clicks"])) for one in found["links"]] == [
        ("https://a.example/offer?x=1&y=2", (0, 0, 0)),
        ("https://b.example/", (1, 0, 0)),
    ]
    assert [(one["kind"], one["by"], one["reason"]) for one in found["events"]] == [
        ("unsubscribe", "human", None),
        ("click", "human", None),
        ("open", "human", None),
        ("open", "unknown", "image_proxy"),
        ("open", "machine", "apple_privacy_proxy"),
    ]
    assert found["events"][1]["url"] == "https://b.example/"
    assert found["events"][3]["why"]
    assert found["opens"]["first_at"] == found["events"][3]["at"], "what a machine loads is no first open"


async def test_a_mail_that_nobody_opened_has_no_times(owner: Browser, make_mail: MakeMail) -> None:
    mail = await make_mail(org_id=owner.org_id, track_opens=False)
    found = await told(owner, mail.message.id)
    nothing = {"human": 0, "machine": 0, "unknown": 0, "first_at": None, "last_at": None}
    assert (found["opens"], found["clicks"], found["events"]) == (nothing, nothing, [])
    assert (found["track_opens"], found["track_clicks"]) == (False, True)


async def test_other_organizations_learn_nothing(owner: Browser, make_mail: MakeMail, new_client: NewClient) -> None:
    mail = await make_mail(org_id=owner.org_id)
    other = await sign_up(new_client(), "other@example.com", "Other")
    assert (await other.get(f"/v1/messages/msg_{mail.message.id.hex}/activity")).status_code == 404
    assert (await new_client().get(f"/v1/messages/msg_{mail.message.id.hex}/activity")).status_code == 401


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_is_explained(reason: Reason) -> None:
    assert WHY[reason].endswith((".", "?"))
