"""The portal itself, and the app's leaving it."""

from typing import Any
from zoneinfo import ZoneInfo

from starlette.responses import Response

from mailwarden_sandbox.call import Call
from mailwarden_sandbox.grants import Ending
from mailwarden_sandbox.hubspot import errors
from mailwarden_sandbox.responses import json_answer
from mailwarden_sandbox.world import Lifecycle


def details(call: Call) -> Response:
    account = call.holder
    offset = call.world.clock.utc().astimezone(ZoneInfo(account.time_zone)).utcoffset()
    seconds = int(offset.total_seconds()) if offset else 0
    sign, minutes = "-" if seconds < 0 else "+", abs(seconds) // 60
    body: dict[str, Any] = {
        "portalId": errors.portal(account),
        "accountType": "STANDARD",
        "timeZone": account.time_zone,
        "companyCurrency": "EUR",
        "additionalCurrencies": [],
        "utcOffset": f"{sign}{minutes // 60:02d}:{minutes % 60:02d}",
        "utcOffsetMilliseconds": seconds * 1000,
        "uiDomain": "app.hubspot.com",
        "dataHostingLocation": "na1",
    }
    return json_answer(body)


def uninstall(call: Call) -> Response:
    """The app removes itself from the account that the token belongs to."""
    world, account = call.world, call.holder
    for grant in world.tokens.of_account(account):
        if grant.client_id == call.client_id:
            world.tokens.end(grant, Ending.UNINSTALLED, access_survives=False)
    if call.client_id:
        world.lifecycle.append(Lifecycle(world.now(), account, call.client_id, installed=False))
    return Response(status_code=204)
