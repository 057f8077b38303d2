"""Asking the DNS, and keeping apart what it says, what it says is not there, and what nobody could tell us."""
