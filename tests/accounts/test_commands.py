"""What an operator does at the command line for accounts."""

import hashlib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mailwarden.accounts.breached import is_breached
from mailwarden.accounts.letters import MAILED
from mailwarden.billing.letters import samples
from mailwarden.cli import app


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    monkeypatch.chdir(tmp_path)  # no .env of a developer
    return CliRunner()


def test_every_mail_can_be_looked_at(run: CliRunner, tmp_path: Path) -> None:
    done = run.invoke(app, ["mails", str(tmp_path / "preview")])
    assert done.exit_code == 0, done.output
    written = {path.name for path in (tmp_path / "preview").iterdir()}
    assert written == {f"{kind}.{form}" for kind in (*MAILED, "invitation", *samples("")) for form in ("html", "txt")}


def test_a_list_of_breached_passwords_becomes_a_file(run: CliRunner, tmp_path: Path) -> None:
    words = ("a leaked passphrase", "another leaked one")
    sums = sorted(hashlib.sha1(one.encode()).hexdigest().upper() for one in words)
    (tmp_path / "list").write_text("".join(f"{one}:3\n" for one in sums))
    done = run.invoke(app, ["breached-passwords", str(tmp_path / "list"), str(tmp_path / "file")])
    assert done.exit_code == 0, done.output
    assert all(is_breached(tmp_path / "file", one) for one in words)
    assert not is_breached(tmp_path / "file", "a fresh passphrase")


def test_a_list_that_does_not_fit_leaves_nothing(run: CliRunner, tmp_path: Path) -> None:
    (tmp_path / "list").write_text("not a list\n")
    done = run.invoke(app, ["breached-passwords", str(tmp_path / "list"), str(tmp_path / "file")])
    assert done.exit_code == 1
    assert {path.name for path in tmp_path.iterdir()} == {"list"}
