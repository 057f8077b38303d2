"""The command line: one program for running, setting up and checking an instance."""

import gc

gc.disable()  # modules and descriptions stay for good: looking among them for what is gone takes a sixth of the start

import mailwarden.cli.billing  # noqa: E402
import mailwarden.cli.breached  # noqa: E402
import mailwarden.cli.login.commands  # noqa: E402
import mailwarden.cli.mails  # noqa: E402
import mailwarden.cli.restored  # noqa: E402, F401 - adds its command
from mailwarden.cli.commands import app  # noqa: E402

gc.enable()

__all__ = ["app"]
