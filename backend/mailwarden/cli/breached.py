"""`mailwarden breached-passwords LIST FILE`: makes the file that new passwords are looked up in, offline."""

from pathlib import Path
from typing import Annotated

import typer

from mailwarden.accounts.breached import convert
from mailwarden.cli.commands import app, fail, out


@app.command("breached-passwords")
def breached_passwords(
    source: Annotated[Path, typer.Argument(help="Lines `SHA1` or `SHA1:count`, ordered by hash.")],
    target: Annotated[Path, typer.Argument(help="For MAILWARDEN_SECURITY__BREACHED_PASSWORDS; 8 bytes a password.")],
) -> None:
    """Turn a published list of breached passwords' SHA-1 sums into a file to refuse them by. Reads no network."""
    draft = target.with_suffix(".part")
    try:
        with source.open(encoding="ascii") as lines, draft.open("wb") as written:
            found = convert(lines, written)
    except ValueError as exc:
        draft.unlink(missing_ok=True)
        raise fail(f"{source}: {exc}") from exc
    draft.replace(target)
    out.print(f"{found} passwords are in {target}.")
