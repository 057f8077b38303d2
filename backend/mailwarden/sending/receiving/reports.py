"""Reports that servers write for programs: what became of a mail (RFC 3464), and who complained of it (RFC 5965)."""

from mailwarden.sending.receiving.letter import Headers, Letter, address_in, addresses_in
from mailwarden.sending.receiving.words import Complaint, Report

DELIVERY = ("message/delivery-status", "message/global-delivery-status")  # the second is RFC 6533's
FEEDBACK = "message/feedback-report"
MOST_RECIPIENTS = 100
LONGEST_DIAGNOSTIC = 500
_ACTIONS = frozenset({"failed", "delayed", "delivered", "relayed", "expanded"})


def delivery_reports(letter: Letter) -> tuple[Report, ...] | None:
    """One per recipient; None where the mail holds no such report. Blocks of different recipients are never mixed."""
    found = next((part for part in letter.parts if part.type in DELIVERY), None)
    if found is None:
        return None
    return tuple(_report(block) for block in found.blocks[:MOST_RECIPIENTS] if _of_recipient(block))


def _of_recipient(block: Headers) -> bool:
    """The first block is of the whole mail; some servers forget the line between it and the next."""
    return bool(block.one("final-recipient") or block.one("original-recipient"))


def _report(block: Headers) -> Report:
    action = block.one("action").partition("(")[0].strip().lower()
    return Report(
        final=address_in(block.one("final-recipient")),
        original=address_in(block.one("original-recipient")),
        action=action if action in _ACTIONS else "",
        status=block.one("status")[:40],
        diagnostic=block.one("diagnostic-code")[:LONGEST_DIAGNOSTIC],
    )


def complaint(letter: Letter) -> Complaint | None:
    found = next((part for part in letter.parts if part.type == FEEDBACK), None)
    if found is None:
        return None
    merged = Headers(tuple(pair for block in found.blocks for pair in block.pairs))
    named = (address for value in merged.all("original-rcpt-to") for address in addresses_in(value))
    return Complaint(merged.one("feedback-type").lower()[:40], tuple(dict.fromkeys(named))[:MOST_RECIPIENTS])
