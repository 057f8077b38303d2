"""The mail that invites somebody."""

from datetime import UTC, datetime, timedelta

from mailwarden.core.letter import Button, Letter

LIFE = timedelta(days=7)
PAGE = "/invitation"
AS = {
    "owner": "an owner: you decide about everything, billing included",
    "manager": "a manager: you look after connections, members and alerts",
    "member": "a member: you see everything and connect your own mailboxes",
}


def invitation(organization: str, inviter: str, role: str, link: str, expires_at: datetime) -> Letter:
    """Whoever typed the names, they stand in quotes: a mail of ours must not be lent to a stranger's words."""
    return Letter(
        subject=f"{inviter} invites you to “{organization}” at Mailwarden",
        heading=f"Join “{organization}” at Mailwarden",
        paragraphs=(
            f"“{inviter}” invites you to the organization “{organization}” as {AS[role]}.",
            f"The link works once, until {expires_at.day} {expires_at:%B %Y, %H:%M} UTC. You can sign up with it, or "
            "join with the account that you have for this address.",
        ),
        button=Button("Look at the invitation", link),
        footer="You do not know them? Then ignore this mail: nothing happens without the link.",
    )


def sample(base_url: str) -> Letter:
    """With made-up facts, to look at."""
    link = f"{base_url}{PAGE}#0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
    return invitation("Acme", "Pat", "manager", link, datetime(2027, 3, 10, 14, 5, tzinfo=UTC))
