"""The command line: one program for running, setting up and checking an instance."""

import mailwarden.cli.billing
import mailwarden.cli.breached
import mailwarden.cli.login.commands
import mailwarden.cli.mails  # noqa: F401 - adds its command
from mailwarden.cli.commands import app

__all__ = ["app"]
