"""Mail of the worst words, built as the product builds it. Seeded, so that N mails are exactly N mails."""

import csv
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from mailwarden.connections.models import Connection
from mailwarden.core.mail import build_message
from mailwarden.core.mime import Attachment
from mailwarden.mailboxes.settings import MailboxSettings
from mailwarden.outreach.filling import fill
from mailwarden.outreach.imports.rules import NotCsv, Wrong, lines_of, person_of, understand
from mailwarden.outreach.models import OutreachRecipient, OutreachStep
from mailwarden.outreach.people.rules import address_of
from mailwarden.sending import content
from mailwarden.sending.files import clean_name, media_type_of
from mailwarden.sending.models import Message, MessageRecipient
from mailwarden.sending.prepare import Prepared
from mailwarden.sending.tracking.rules import unsubscribe_headers
from tests.core.test_mail_fuzz import COMMANDS, LINE_ENDS, MARKS, SYNTAX

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SENDER = "us@here.test"
WAY_OUT = "https://here.test/t/u/abc"
EVIL = b"\r\n.\r\nMAIL FROM:<evil@example.com>\r\nRCPT TO:<victim@example.com>\r\nDATA\r\n"
RANGES = ((0x20, 0x7E), (0x00, 0x1F), (0x7F, 0xFF), (0x100, 0x2FFF), (0xD800, 0xDFFF), (0x1F300, 0x1FAFF))
HEADERS = ("X-Campaign", "Precedence", "Bcc", "bcc", "Reply-To", "X-A\r\nBcc", "To ", "", "Content-Type", "Feedback-ID")
MAPPING = {"Email": "address", "Name": "name", "Company": "company", "Line": "line"}


@dataclass(frozen=True)
class Letter:
    """``headers`` and ``shown`` are what was meant: every header's name in order, and who is named where."""

    raw: bytes
    envelope: tuple[str, ...]
    headers: tuple[str, ...]
    shown: dict[str, list[str]]


class Pen:
    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def words(self, most: int = 8) -> str:
        return "".join(self._piece() for _ in range(self.rng.randrange(most + 1)))

    def stored(self, most: int = 8) -> str:
        """As far as a column can hold it: no half characters, no NUL."""
        return self.words(most).encode(errors="replace").decode().replace("\x00", "")

    def _piece(self) -> str:
        if self.rng.random() < 0.6:
            return self.rng.choice(self.rng.choice((LINE_ENDS, SYNTAX, MARKS, COMMANDS)))
        lowest, highest = self.rng.choice(RANGES)
        return "".join(chr(self.rng.randint(lowest, highest)) for _ in range(self.rng.randint(1, 12)))

    def address(self, plain: str) -> str:
        """As typed; what is no address never gets into a row."""
        if self.rng.random() < 0.6:
            return plain
        typed = self.rng.choice(
            [f"{self.words(2)}@else.test", f"a@{self.words(2)}", f"a@else.test{self.words(3)}", self.words(4)]
        )
        return address_of(typed) or plain

    def letter(self) -> Letter:
        """Raises UnsafeHeader: refused, which is always safe."""
        return self.rng.choice((self._one_off, self._one_off, self._outreach, self._outreach, self._bare))()

    def _one_off(self) -> Letter:
        kinds = ["to", *(kind for kind in ("cc", "bcc") if self.rng.random() < 0.5)]
        people = [self._person(kind) for kind in kinds]
        message = Message(subject=self.words(), html=self.words(), text=self.words(), rfc822_id="<1@here.test>")
        message.references_ = []
        if self.rng.random() < 0.3:
            message.in_reply_to, message.references_ = "<0@here.test>", ["<a@here.test>", "<0@here.test>"]
        return self._of_product(message, people, ())

    def _outreach(self) -> Letter:
        """From a file of recipients, over a step with fields, to the mail."""
        row = self._imported()
        step = OutreachStep(number=1, subject=f"{{{{company|you}}}} {self.stored(3)}{{{{line|}}}}", delay_s=0)
        step.html = (
            f'<p title="{{{{line|x}}}}">Hi {{{{name|there}}}}</p>{self.stored()}<a href="{{{{company|}}}}">x</a>'
        )
        filled = fill(step, step.subject or "", row)
        message = Message(subject=filled.subject, html=filled.html, text="", rfc822_id="<1@here.test>")
        message.references_ = []
        person = MessageRecipient(kind="to", address=row.address, name=row.name)
        return self._of_product(message, [person], tuple(unsubscribe_headers(WAY_OUT).items()))

    def _imported(self) -> OutreachRecipient:
        cells = [self.address("ada@else.test"), *(self.stored() for _ in range(3))]
        file = io.StringIO()
        csv.writer(file).writerows([list(MAPPING), cells])
        try:
            table, text = understand(file.getvalue().encode())
            found = person_of(next(lines_of(table, text)), table.columns, MAPPING, frozenset())
        except (NotCsv, StopIteration):
            found = Wrong("not_read", "")
        if isinstance(found, Wrong):
            return OutreachRecipient(address="ada@else.test", name=cells[1][:200], fields={"company": cells[2]})
        return OutreachRecipient(address=found.address, name=found.name, fields=dict(found.fields))

    def _person(self, kind: str) -> MessageRecipient:
        return MessageRecipient(kind=kind, address=self.address(f"{kind}@else.test"), name=self.words())

    def _of_product(
        self, message: Message, people: Sequence[MessageRecipient], extra: tuple[tuple[str, str], ...]
    ) -> Letter:
        sender = MailboxSettings.model_construct(sender_name=self.words(), signature_html=self.words())
        words = content.signed(message, sender)
        ready = Prepared(words.html, words.text, extra)
        names = [clean_name(self.words()) for _ in range(self.rng.choice((0, 0, 1, 2)))]
        files = [Attachment(name, media_type_of(name), EVIL) for name in names]
        row = Connection(id=uuid4(), provider="imap", account_label=SENDER, external_id=f"{SENDER} at here.test")
        raw = content._raw(message, row, people, sender, ready, files, NOW)
        shown = {kind: [one.address for one in people if one.kind == kind] for kind in ("to", "cc")}
        thread = ("in-reply-to", "references") if message.in_reply_to else ()
        named = (*thread, *(name.lower() for name, _ in extra))
        everybody = tuple(dict.fromkeys(one.address for one in people))
        return Letter(raw, everybody, self._names(shown, named), {"from": [SENDER], **shown})

    def _bare(self) -> Letter:
        """What the one builder can do beyond that: an address to answer to, and headers of any name and value."""
        name = self.rng.choice(HEADERS)
        mail = build_message(
            sender=f"{self.words(3)} <{SENDER}>",
            to=[f"{self.words(3)} <{self.address('to@else.test')}>"],
            reply_to=f"{self.words(2)} <answers@here.test>",
            subject=self.words(),
            text=self.words(),
            html=self.words(),
            message_id="<1@here.test>",
            date=NOW,
            headers=[(name, self.words(2) if self.rng.random() < 0.5 else "bulk")],
        )
        shown = {"to": list(mail.recipients), "cc": [], "reply-to": ["answers@here.test"]}
        return Letter(mail.raw, mail.recipients, self._names(shown, (name.lower(),)), {"from": [SENDER], **shown})

    @staticmethod
    def _names(shown: dict[str, list[str]], extra: Sequence[str]) -> tuple[str, ...]:
        people = (name for name in ("from", "to", "cc", "reply-to") if name == "from" or shown.get(name))
        return (*people, "subject", "date", "message-id", *extra, "mime-version")
