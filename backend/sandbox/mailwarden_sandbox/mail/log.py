"""Commands in the log of calls, so that a test can count logins."""

from mailwarden_sandbox.accounts import Account
from mailwarden_sandbox.request_log import LoggedCall, fingerprint
from mailwarden_sandbox.world import World


def note(world: World, account: Account | None, path: str, status: int | None, *, token: str | None = None,
         fault: str | None = None) -> None:  # fmt: skip
    """``status`` is SMTP's reply code; for IMAP 200 is OK, 401 NO and 400 BAD. None: no answer, or not yet."""
    protocol, _, command = path[1:].partition("/")
    now = world.now()
    logged = LoggedCall(
        number=world.log.next_number(),
        arrived=now,
        time=now,
        provider=account.provider if account else "imap",
        account=account.external_id if account else None,
        client_id=None,
        method=protocol.upper(),
        path=f"/{protocol}/{command.partition('/')[0]}",
        query="",
        status=status,
        token=fingerprint(token),
        grant_type=None,
        fault=fault,
        duration_ms=0.0,
    )
    world.log.add(logged)
