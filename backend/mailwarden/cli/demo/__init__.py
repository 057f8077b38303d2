"""The main job, shown: connect, sync, break at the provider's side, tell why, reconnect, compare with the truth."""

from mailwarden.cli.demo.run import run_demo

__all__ = ["run_demo"]
