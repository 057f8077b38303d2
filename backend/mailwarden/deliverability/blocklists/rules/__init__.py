"""Pure decisions: what to ask, what an answer means, which list to believe, and when a listing begins and ends."""
