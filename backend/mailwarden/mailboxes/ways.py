"""The two ways to renew a mailbox, and what each does to its slot, told before the click (D4-D10)."""

from mailwarden.connections.models import Connection
from mailwarden.connections.schemas import PreviewLine, WayOut
from mailwarden.connections.slot_models import MailboxSlot
from mailwarden.mailboxes.settings import DEFAULTS, LABELS, in_words, settings_of

ONE_CLICK_WHEN = "Recommended in most cases"
IN_ROTATION = ", above all when the mailbox is part of an inbox rotation"
TWO_STEP_WHEN = "For putting another account in its place"
MUCH_CHANGED = ", or when the IMAP or SMTP sign-in data changed a lot"
RENEWED = "The authorization is renewed in place; nothing else changes."


def resets_of(slot: MailboxSlot | None) -> list[PreviewLine]:
    """The exact values that a disconnect sets back, and what will act instead."""
    if slot is None:
        return []
    now, default = settings_of(slot.settings), DEFAULTS
    lines = []
    for name, label in LABELS.items():
        has, gets = getattr(now, name), getattr(default, name)
        to = "stays at its default" if has == gets else f"becomes {in_words(name, gets)}"
        lines.append(PreviewLine(title=label, detail=f"{in_words(name, has)}: {to}"))
    return lines


def keeps_of(slot: MailboxSlot | None) -> list[PreviewLine]:
    if slot is None:
        return []
    return [
        PreviewLine(title="Slot", detail=f"Slot {slot.number} stays, for this account or another one."),
        PreviewLine(title="Messages", detail="Sent and received messages stay."),
    ]


def ways_of(row: Connection, slot: MailboxSlot | None, campaigns: int) -> list[WayOut]:
    """Both, whatever the state: which one is right is the person's to say, with the consequences before them."""
    return [_one_click(row, slot), _two_step(row, slot, campaigns)]


def _one_click(row: Connection, slot: MailboxSlot | None) -> WayOut:
    kept = "Signature, sender name, sending speed, limits, schedule and tracking stay exactly as they are."
    only = f"Only {row.account_label} is accepted; another account changes nothing."
    consequences = [RENEWED, *([kept] if slot else []), "Campaigns, figures and history stay.", only]
    when = ONE_CLICK_WHEN + (IN_ROTATION if slot else "") + "."
    return WayOut(code="one_click", title="Reconnect", recommended=True, when=when, consequences=consequences)


def _two_step(row: Connection, slot: MailboxSlot | None, campaigns: int) -> WayOut:
    consequences = ["Sending and syncing with this account stop at once.", "Campaigns, figures and history stay."]
    if slot is not None:
        reset = "Signature, sender name, sending speed, limits, schedule and tracking go back to their defaults,"
        consequences.insert(1, f"{reset} also if the same address is connected again.")
        consequences.append(f"Slot {slot.number} is free for {row.account_label} or another account.")
    if campaigns:
        paused = "1 campaign pauses" if campaigns == 1 else f"{campaigns:,} campaigns pause"
        consequences.append(f"{paused}; you resume them after connecting again.")
    return WayOut(
        code="two_step",
        title="Disconnect, then connect again",
        recommended=False,
        when=TWO_STEP_WHEN + (MUCH_CHANGED if slot else "") + ".",
        consequences=consequences,
    )
