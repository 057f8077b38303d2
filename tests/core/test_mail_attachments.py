"""Files in a mail arrive byte for byte, whatever they hold and are called; answers go where they should."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwarden.core.mail import Attachment, Mail, UnsafeHeader
from tests.core.test_mail import body_of, build, read

NAMES = ["screenshot.png", 'a"b;c=d.txt', "übersicht – März.pdf", "x'y%41.txt", "=_file.txt"]


def parts_of(mail: Mail) -> list[Any]:
    payload: Any = read(mail).get_payload()
    return list(payload)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_keeps_its_name_and_content(name: str) -> None:
    content = bytes(range(256)) * 9 + b"--=_file--\r\n"
    mail = build(html="<p>Hello</p>", attachments=[Attachment(name, "image/png", content)])
    words, file = parts_of(mail)
    assert [part.get_content_type() for part in words.get_payload()] == ["text/plain", "text/html"]
    assert (file.get_filename(), file.get_content_type()) == (name, "image/png")
    assert file.get_payload(decode=True) == content


@given(st.lists(st.binary(max_size=400), min_size=1, max_size=4), st.text(max_size=300))
def test_nothing_in_words_or_files_ends_a_part_early(contents: list[bytes], words: str) -> None:
    files = [Attachment(f"{number}.txt", "text/plain", one) for number, one in enumerate(contents)]
    first, *parts = parts_of(build(text=words, attachments=files))
    assert [part.get_payload(decode=True) for part in parts] == contents
    assert first.get_content_type() == "text/plain"


def test_answers_go_to_whoever_asked() -> None:
    mail = build(reply_to="Pat <pat@example.test>")
    assert read(mail)["Reply-To"] == '"Pat" <pat@example.test>' or read(mail)["Reply-To"] == "Pat <pat@example.test>"
    assert mail.recipients == ("pat@example.test",)
    assert "Hello" in body_of(read(mail))


@pytest.mark.parametrize("name", ["a\r\nBcc: evil@example.com", "a\x00b", "=?utf-8?q?x?="])
def test_a_name_never_becomes_a_header(name: str) -> None:
    with pytest.raises(UnsafeHeader):
        build(attachments=[Attachment(name, "text/plain", b"")])
    with pytest.raises(UnsafeHeader):
        build(reply_to=f"{name} <pat@example.test>")


def test_a_media_type_is_one() -> None:
    with pytest.raises(UnsafeHeader):
        build(attachments=[Attachment("x", "text/plain; charset=x\r\nX: y", b"")])
