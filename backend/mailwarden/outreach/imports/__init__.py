"""Files of recipients: looked at, tried, and then taken over."""
