"""What a person does beside the browser: reads their mail, follows links."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from mailwarden.accounts.models import User
from mailwarden.core.db import unit_of_work
from mailwarden.core.mail import FileMailer
from mailwarden.core.runtime import Runtime
from tests.support.browser import Browser
from tests.support.jobs import drain

LINK = re.compile(r"^(http://\S+?/[\w/-]+)#([\w-]+)$", re.MULTILINE)


def mail_folder(rt: Runtime) -> Path:
    assert isinstance(rt.mailer, FileMailer)
    return rt.mailer.folder


async def mails(rt: Runtime, to: str | None = None) -> list[EmailMessage]:
    """Everything mailed so far, oldest first, after the jobs have run."""
    await drain(rt)
    paths = sorted(mail_folder(rt).glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    read = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]
    return [one for one in read if to is None or one["To"] == to]


def words(mail: EmailMessage, kind: str = "plain") -> str:
    part: Any = mail.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n")


def link(mail: EmailMessage) -> tuple[str, str]:
    """(page, token)."""
    found = LINK.search(words(mail))
    assert found, words(mail)
    return found[1], found[2]


async def newest_token(rt: Runtime, to: str) -> str:
    return link((await mails(rt, to))[-1])[1]


async def prove_address(rt: Runtime, browser: Browser, email: str | None = None) -> None:
    """Without the mail; ``email`` replaces the address first."""
    async with unit_of_work(rt.sessions) as tx:
        await tx.act_as(browser.user_id)
        user = await tx.session.get_one(User, browser.user_id)
        user.email, user.email_verified_at = email or user.email, rt.clock.now()
