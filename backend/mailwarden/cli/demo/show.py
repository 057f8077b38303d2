"""The demo in the terminal: one live line per step, then the table."""

from collections.abc import Mapping
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from mailwarden.cli.demo.compare import FIGURES, Comparison
from mailwarden.cli.demo.domains import CHECKED
from mailwarden.cli.demo.sending import CUT_OFF, GOES_ON, READERS, STEPS, SendingStory
from mailwarden.cli.demo.story import Story


def seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} s"


def figures_table(story: Story) -> Table:
    """A column per account and moment, so that it fits a narrow terminal. ``=`` says: equal to the truth."""
    table = Table(
        title="Ours beside the sandbox's truth, compared campaign by campaign", caption="= equal to the truth"
    )
    compared = [*story.synced, *story.after]
    table.add_column("")
    for number, one in enumerate(compared):
        when = "first sync" if number < len(story.synced) else "after reconnect"
        table.add_column(f"{one.provider}\n{when}", justify="right")
    table.add_row("campaigns", *(f"{one.campaigns:,}" for one in compared))
    for figure in FIGURES:
        table.add_row(figure, *(_beside(one, figure) for one in compared))
    table.add_row("differences", *(f"[bold]{len(one.differences)}[/]" for one in compared), end_section=True)
    return table


def _beside(one: Comparison, figure: str) -> str:
    ours, truth = one.ours[figure], one.truth[figure]
    return f"{ours:,} =" if ours == truth else f"[red]{ours:,} ≠ {truth:,}[/]"


def break_table(story: Story) -> Table:
    table = Table("what", "result", title="The break and the repair")
    table.add_row("shown as Checking… after", seconds(story.checking_s))
    table.add_row("shown as Inactive after", seconds(story.inactive_s))
    table.add_row("cause", f"{story.card.get('cause')}: {story.card.get('title')}")
    table.add_row("who must act", str(story.card.get("who_must_act")))
    for line in dict.fromkeys(_line(evidence) for evidence in story.card.get("evidence", [])):
        table.add_row("evidence", line)
    table.add_row("other connection", "stayed connected" if story.other_untouched else "[red]affected[/]")
    receipt = story.receipt
    table.add_row(
        "receipt", f"{receipt['campaigns_added']} campaigns recovered, {receipt['campaigns_changed']} changed"
    )
    table.add_row("settings", "unchanged" if story.settings_kept else "[red]changed[/]")
    counts = {kind: sum(a["kind"] == kind for a in story.alerts) for kind in sorted({a["kind"] for a in story.alerts})}
    table.add_row("alerts", ", ".join(f"{count} × {kind}" for kind, count in counts.items()))
    table.add_row("differences", f"[bold]{len(story.differences)}[/]")
    return table


def domains_table(story: Story) -> Table:
    table = Table("records", "careful domain", "broken domain", "after publishing", title="Two sending domains")
    found = story.domains
    for check in CHECKED:
        table.add_row(check.upper(), *(one.get(check, "–") for one in (found.careful, found.broken, found.repaired)))
    table.caption = f"{found.told}\nproposed and published: {found.published}"
    return table


def sending_table(story: SendingStory) -> Table:
    table = Table("what", "result", title="A mail, and a campaign that rotates over two mailboxes")
    tracked = "tracked" if story.one_off_tracked else "[red]not tracked[/]"
    table.add_row(f"a mail from {GOES_ON}", f"{story.one_off}, {tracked}")
    table.add_row("its copies in the folder Sent", str(story.one_off_copies))
    table.add_row(f"the campaign, {CUT_OFF} cut off", f"{story.campaign_meanwhile}; this account paused")
    table.add_row("shown with it", f"{story.paused['action']['label']}, {story.paused['clock']['countdown']}")
    table.add_row(f"{GOES_ON} meanwhile", f"{story.meanwhile - story.before} more sent")
    once = sum(count == 1 for count in story.copies.values())
    table.add_row("sent exactly once", f"{once} of {len(READERS) * len(STEPS)} mails")
    table.add_row("differences", f"[bold]{len(story.differences)}[/]")
    return table


def _line(evidence: Mapping[str, Any]) -> str:
    said = evidence["provider_code"] or evidence["message"]
    return f"{evidence['method']} {evidence['path']} → {evidence['status']} {said}"


def show_mail(out: Console, folder: Path) -> None:
    """The alert as it went out by e-mail."""
    for path in sorted(folder.glob("*.eml")):
        message = message_from_bytes(path.read_bytes(), policy=default)
        body = message.get_body(("plain",))
        if "disconnected" in str(message["Subject"]).lower() and body is not None:
            text = f"To: {message['To']}\nSubject: {message['Subject']}\n\n{body.get_content().strip()}"
            out.print(Panel(text, title="The mail", width=100))
            return
