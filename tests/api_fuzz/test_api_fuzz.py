"""The API does what its description says, whatever it is sent. A long run: `python -m tests.api_fuzz --examples 50`."""

import asyncio
from pathlib import Path

import pytest

from mailwarden.embedded import EmbeddedServers
from tests.api_fuzz.ground import open_ground
from tests.api_fuzz.play import Player
from tests.support.sandbox import Sandbox
from tests.support.world_fixtures import sandbox

__all__ = ["sandbox"]

SEED = 7
MOST = 40  # kinds of failure that are told
# What is never done here, so that only refusals are compared with the description, and why.
NEVER_DONE = {
    *("accept_invitation", "look_up_invitation", "sign_up_by_invitation", "confirm_email", "reset_password"),  # links
    *("resend_invitation", "revoke_invitation"),  # the one that is there is over
    *("confirm_second_factor", "disable_second_factor", "renew_recovery_codes", "finish_identity_sign_in"),  # codes
    "confirm_alert_address",  # likewise
    "add_dmarc_report",  # a whole report about this very domain
    *("link_identity", "start_identity_sign_in", "sign_in"),  # another provider, another address
    *("cancel_subscription", "change_plan", "open_billing_portal", "refresh_billing"),  # nobody pays here
    *("resume_subscription", "start_checkout"),
    *("replace_sign_up_address", "resend_verification"),  # the address is proved
    *("leave_organization", "remove_member", "transfer_ownership", "ask_owner"),  # the only owner
    *("ask_reconnect", "renew_password", "start_sync", "test_connection", "reserve_mailbox"),  # disconnected, reserved
    *("cancel_message", "resolve_message", "report_message", "send_message"),  # a draft to somebody who wants no mail
    *("pause_outreach_campaign", "resume_outreach_campaign"),  # a draft
    *("set_outreach_steps", "unskip_outreach_recipient"),  # somebody got the step, and is not skipped
    *("end_session", "rotate_api_key", "switch_organization"),  # ended, or another's
}


@pytest.mark.timeout(900)
async def test_every_answer_is_one_of_the_description(
    servers: EmbeddedServers, sandbox: Sandbox, tmp_path: Path
) -> None:
    """No 5xx, no status that is not documented, no body of another shape."""
    async with open_ground(servers, sandbox, tmp_path) as ground:
        played = await asyncio.to_thread(Player(ground, 1, SEED).play)
        described = {one["operationId"] for item in ground.schema["paths"].values() for one in item.values()}
    assert {name for name, _ in played.cases} == described
    done = {name for name, status in played.answers if status < 400}
    assert described - done <= NEVER_DONE
    assert not played.failures, "\n\n".join(f"{name}: {told}" for name, told in list(played.failures.items())[:MOST])
