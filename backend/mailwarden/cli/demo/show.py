"""The demo in the terminal: one live line per step, then the table."""

from email import message_from_bytes
from email.policy import default
from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from mailwarden.cli.demo.compare import Comparison
from mailwarden.cli.demo.story import Story


def seconds(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} s"


def figures_table(story: Story) -> Table:
    table = Table(title="Figures: ours beside the sandbox's truth (campaign by campaign)")
    for name in ("when", "account", "campaigns", "sent", "delivered", "opened", "clicked", "bounced", "differences"):
        table.add_column(name, justify="left" if name in ("when", "account") else "right")
    for when, rows in (("after the first sync", story.synced), ("after the reconnect", story.after)):
        for one in rows:
            table.add_row(
                when, f"{one.provider} · {one.account}", str(one.campaigns), *_beside(one), str(len(one.differences))
            )
    return table


def _beside(one: Comparison) -> list[str]:
    names = ("sent", "delivered", "opened", "clicked", "bounced")
    return [f"{one.ours[n]:,}" if one.ours[n] == one.truth[n] else f"{one.ours[n]:,} ≠ {one.truth[n]:,}" for n in names]


def break_table(story: Story) -> Table:
    table = Table("what", "result", title="The break and the repair")
    table.add_row("shown as Checking… after", seconds(story.checking_s))
    table.add_row("shown as Inactive after", seconds(story.inactive_s))
    table.add_row("cause", f"{story.card.get('cause')}: {story.card.get('title')}")
    table.add_row("who must act", str(story.card.get("who_must_act")))
    for evidence in story.card.get("evidence", []):
        code = evidence["provider_code"] or evidence["message"]
        table.add_row("evidence", f"{evidence['method']} {evidence['path']} → {evidence['status']} {code}")
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


def show_mail(out: Console, folder: Path) -> None:
    """The alert as it went out by e-mail."""
    for path in sorted(folder.glob("*.eml")):
        message = message_from_bytes(path.read_bytes(), policy=default)
        body = message.get_body(("plain",))
        if "disconnected" in str(message["Subject"]).lower() and body is not None:
            text = f"To: {message['To']}\nSubject: {message['Subject']}\n\n{body.get_content().strip()}"
            out.print(Panel(text, title="The mail", width=100))
            return
