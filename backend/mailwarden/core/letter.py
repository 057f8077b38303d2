"""One layout for what we mail about accounts: plain text for every program, HTML with the same words and one button."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from mailwarden.core.mail import Mail, build_message, plain

TEMPLATES = Path(__file__).parent / "letters"


@dataclass(frozen=True)
class Button:
    label: str
    url: str


@dataclass(frozen=True)
class Letter:
    """Words only. Whatever a person typed may stand in them: the HTML layout escapes every value."""

    subject: str
    heading: str
    paragraphs: Sequence[str]
    footer: str
    button: Button | None = None
    facts: Sequence[tuple[str, str]] = ()

    def html(self) -> str:
        return _layout("letter.html.j2").render(letter=self)

    def text(self) -> str:
        return _layout("letter.txt.j2").render(letter=self)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _layout(name: str) -> Template:
    return _environment().get_template(name)


def compose(letter: Letter, *, sender: str, to: str, message_id: str, date: datetime) -> Mail:
    """Raises UnsafeHeader for an address that plain mail cannot reach."""
    return build_message(
        sender=sender,
        to=[to],
        subject=plain(letter.subject),
        text=letter.text(),
        html=letter.html(),
        message_id=message_id,
        date=date,
        headers=[("Auto-Submitted", "auto-generated")],
    )
