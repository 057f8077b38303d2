"""The control API: make accounts, break them, see the truth."""
