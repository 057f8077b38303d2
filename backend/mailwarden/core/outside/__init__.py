"""The way to hosts that customers typed: who may be reached, what is signed, and what an answer means."""
