"""What may be attached, found by its content; names that do no harm anywhere."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailwarden.support.files import NAME_MOST, SUFFIXES, clean_name, media_type_of

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20
HARMLESS = re.compile(r"[\w ()+,@=.-]+", re.ASCII)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0rest", "image/jpeg"),
        (b"GIF89a...", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"%PDF-1.7\n%\xe2\xe3", "application/pdf"),
        (b"line\r\nline \xc3\xbc\x1b[31m", "text/plain"),
        (b"<svg onload=alert(1)>", "text/plain"),
        (b"PK\x03\x04\x14\x00\x00", None),
        (b"MZ\x90\x00\x03", None),
        (b"\x7fELF\x02\x01", None),
        (b"RIFF\x00\x00\x00\x00WAVE", None),
        (b"text with\x00a zero", None),
        (b"\xff\xfeu\x00t\x00f\x00", None),
    ],
)
def test_a_type_is_what_the_content_says(content: bytes, media_type: str | None) -> None:
    assert media_type_of(content) == media_type


@pytest.mark.parametrize(
    ("name", "media_type", "clean"),
    [
        ("Screenshot 1.PNG", "image/png", "Screenshot 1.png"),
        ("../../etc/passwd", "text/plain", "passwd.txt"),
        ("C:\\temp\\a.log", "text/plain", "a.log"),
        ("evil.exe", "image/png", "evil.exe.png"),
        ("invoice\u202egnp.exe", "image/png", "invoice_gnp.exe.png"),
        ("a\x00b\r\nc.txt", "text/plain", "a_b__c.txt"),
        ("...", "application/pdf", "file.pdf"),
        (".htaccess", "text/plain", "htaccess.txt"),
        ("photo.jpeg", "image/jpeg", "photo.jpeg"),
        ("x" * 300 + ".png", "image/png", "x" * 56 + ".png"),
        ("Übersicht.pdf", "application/pdf", "Übersicht.pdf"),
        ('a";b=c.txt', "text/plain", "a__b=c.txt"),
    ],
)
def test_names_are_made_harmless(name: str, media_type: str, clean: str) -> None:
    assert clean_name(name, media_type) == clean


@given(st.text(min_size=1, max_size=255), st.sampled_from(sorted(SUFFIXES)))
def test_whatever_it_was_called(name: str, media_type: str) -> None:
    clean = clean_name(name, media_type)
    assert len(clean) <= NAME_MOST
    assert clean.endswith(SUFFIXES[media_type])
    assert not clean.startswith((".", " ", "/"))
    assert not re.search(r"[\x00-\x1f\x7f/\\\u202a-\u202e\u2066-\u2069\"';<>|&$`]", clean)
    assert clean_name(clean, media_type) == clean
