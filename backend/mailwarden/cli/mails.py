"""`mailwarden mails FOLDER`: every mail about accounts as it will look, with made-up facts."""

from pathlib import Path
from typing import Annotated

import typer

from mailwarden.accounts.letters import MAILED, sample
from mailwarden.billing.letters import samples as billing_samples
from mailwarden.cli.commands import app, load, out
from mailwarden.organizations.letters import sample as sample_invitation


@app.command()
def mails(
    folder: Annotated[Path, typer.Argument(help="Where to write <kind>.html and <kind>.txt.")] = Path("mail-preview"),
) -> None:
    """Write every mail about accounts and billing with made-up facts, to look at in a browser. Nothing is sent."""
    base_url = load().public_url
    folder.mkdir(parents=True, exist_ok=True)
    letters = {str(kind): sample(kind, base_url) for kind in MAILED} | {"invitation": sample_invitation(base_url)}
    letters |= billing_samples(base_url)
    for kind, letter in letters.items():
        (folder / f"{kind}.html").write_text(letter.html(), encoding="utf-8")
        (folder / f"{kind}.txt").write_text(f"Subject: {letter.subject}\n\n{letter.text()}", encoding="utf-8")
    out.print(f"{len(letters)} mails are in {folder}.")
