"""Every letter: whole in both forms, and whatever people typed stays text."""

import pytest

from mailwarden.accounts.letters import LINK_PAGE, MAILED, WRITE, Facts, Kind, sample
from mailwarden.core.letter import Letter

NASTY = "<script>alert(1)</script>\"&'@example.com"


@pytest.mark.parametrize("kind", MAILED)
def test_a_letter_says_the_same_in_both_forms(kind: Kind) -> None:
    letter = sample(kind, "https://mail.example")
    text, html = letter.text(), letter.html()
    assert letter.heading in text
    assert letter.footer in text
    assert not text.startswith("\n")
    assert "\n\n\n" not in text
    assert all(paragraph in text for paragraph in letter.paragraphs)
    assert html.startswith("<!doctype html>")
    if kind in LINK_PAGE:
        assert letter.button
        assert f"https://mail.example{LINK_PAGE[kind]}#" in letter.button.url
        assert letter.button.url in text
        assert letter.button.url in html


@pytest.mark.parametrize("kind", MAILED)
def test_what_people_typed_is_escaped(kind: Kind) -> None:
    more = dict.fromkeys(("when", "address", "browser", "new"), NASTY)
    letter: Letter = WRITE[kind](Facts("https://mail.example", NASTY, "https://mail.example/x#y", NASTY, more))
    assert "<script>" not in letter.html()


def test_every_kind_can_be_written() -> None:
    assert set(WRITE) == set(Kind) - {Kind.FORGOT}
