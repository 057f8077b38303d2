"""What accounts hold: campaigns and their figures, made from a seed when asked for."""
