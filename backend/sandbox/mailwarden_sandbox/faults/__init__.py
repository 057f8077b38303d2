"""Ways in which a provider breaks: definite ones change its state, the others only the wire."""
