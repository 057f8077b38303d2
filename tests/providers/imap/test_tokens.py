"""One grant, several doors: what is revoked at Google or Microsoft is refused by HTTP, IMAP and SMTP at once."""

import httpx
import pytest

from mailwarden.providers.base import Cause
from mailwarden.providers.imap.mailbox import prove_life
from mailwarden.providers.imap.mailbox import test_mailbox as check_mailbox
from mailwarden.providers.imap.problems import Kind, LoginRefused
from mailwarden.providers.imap.servers import Login, MailAccount, Server
from tests.sandbox.mail import token_for

OUTLOOK = "https://outlook.office.com"
SCOPES = {
    "google": ("https://mail.google.com/",),
    "microsoft": (f"{OUTLOOK}/IMAP.AccessAsUser.All", f"{OUTLOOK}/SMTP.Send"),
}


def mailbox(world, provider: str, *scopes: str, place: int = 0) -> tuple[MailAccount, str]:
    owner = world.sandbox.world.accounts(provider)[place]
    access = token_for(world.sandbox, owner, *scopes)

    async def supply() -> str:
        return access.token

    login = Login(owner.user_email, token=supply)
    imap, smtp = Server("127.0.0.1", world.ports.imaps, "tls"), Server("127.0.0.1", world.ports.submission, "starttls")
    return MailAccount(owner.user_email, imap, smtp, login, login), access.token


async def revoke(world, provider: str) -> None:
    owner = world.sandbox.world.accounts(provider)[0].external_id
    async with httpx.AsyncClient(transport=httpx.ASGITransport(world.sandbox), base_url="http://sandbox.test") as http:
        path = f"/_sandbox/accounts/{provider}/{owner}/faults"
        answer = await http.post(path, json={"kind": "revoke", "access_survives": False})
        assert answer.status_code == 201, answer.text


@pytest.mark.parametrize("provider", ["google", "microsoft"])
async def test_a_revoked_grant_is_refused_everywhere_at_once(world, provider):
    account, token = mailbox(world, provider, *SCOPES[provider])
    await prove_life(account, world.reach)
    await revoke(world, provider)
    for one in (account, account):
        with pytest.raises(LoginRefused) as refused:
            await prove_life(one, world.reach)
        assert (refused.value.kind, refused.value.cause) == (Kind.BAD_TOKEN, Cause.ACCESS_REVOKED)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(world.sandbox), base_url="http://sandbox.test") as http:
        path = {"google": "/google/gmail/v1/users/me/profile", "microsoft": "/microsoft/v1.0/me"}[provider]
        assert (await http.get(path, headers={"Authorization": f"Bearer {token}"})).status_code == 401


async def test_each_door_wants_its_own_permission(world):
    account, _ = mailbox(world, "microsoft", SCOPES["microsoft"][0])
    imap, smtp = await check_mailbox(account, world.reach)
    assert (imap.failed, smtp.kind) == (None, Kind.BAD_TOKEN)


@pytest.mark.parametrize(
    ("provider", "kind", "cause"),
    [
        ("google", Kind.APP_PASSWORD_NEEDED, Cause.CREDENTIALS_REJECTED),
        ("microsoft", Kind.BAD_CREDENTIALS, Cause.CREDENTIALS_REJECTED),
    ],
)
async def test_their_passwords_are_refused_with_a_reason(world, provider, kind, cause):
    world.sandbox.world.add_account(provider, name=f"Firm at {provider}")
    account, _ = mailbox(world, provider, *SCOPES[provider], place=-1)
    password = Login(account.login.user, "whatever")
    with pytest.raises(LoginRefused) as refused:
        await prove_life(MailAccount(account.address, account.imap, account.smtp, password, password), world.reach)
    assert (refused.value.kind, refused.value.cause) == (kind, cause)
