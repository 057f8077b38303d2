"""Aggregate reports (rua) of receivers: what they saw of a domain's mail, from where, and whether it passed."""
