"""The command line: one program for running, setting up and checking an instance."""

from mailwarden.cli.commands import app

__all__ = ["app"]
