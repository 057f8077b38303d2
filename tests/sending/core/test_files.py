"""Files are refused while the mail is still a draft, and not by the provider when it is on its way."""

import base64
from contextlib import nullcontext
from datetime import UTC, datetime

import pytest

from mailwarden.core.errors import Conflict
from mailwarden.core.ids import new_id
from mailwarden.core.mail import Attachment, build_message
from mailwarden.providers.microsoft_sending import LARGEST
from mailwarden.sending.files import check_files
from mailwarden.sending.schemas import FileOut

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("provider", "sizes", "fits"),
    [
        ("google", [25 << 20], True),
        ("imap", [13 << 20, 12 << 20], True),
        ("microsoft", [1 << 20, 1 << 20], True),
        ("microsoft", [1 << 20, 1 << 20, 1], False),
        ("keap", [1 << 20] * 10, True),
        ("keap", [(1 << 20) + 1], False),
        ("keap", [1] * 11, False),
    ],
)
def test_files_that_a_provider_would_refuse_are_refused_before(provider: str, sizes: list[int], *, fits: bool) -> None:
    files = [FileOut(id=new_id(), name="a.pdf", media_type="application/pdf", size=size) for size in sizes]
    with nullcontext() if fits else pytest.raises(Conflict, match="together"):
        check_files(files, provider)


def test_graph_takes_as_many_bytes_of_files_as_we_say() -> None:
    """Its request holds the whole message in base64, in which the files are base64 already."""
    files = [Attachment("a.bin", "application/octet-stream", bytes(LARGEST))]
    mail = build_message(
        sender="me@here.test",
        to=["ada@else.test"],
        subject="x" * 500,
        text="t" * 50_000,
        html="h" * 50_000,
        message_id="<a@here.test>",
        date=NOON,
        attachments=files,
    )
    assert len(base64.b64encode(mail.raw)) < 4 << 20
