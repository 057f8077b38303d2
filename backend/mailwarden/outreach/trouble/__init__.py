"""What trouble of a mailbox does to campaigns: pauses, the two clocks, the stop rule, and the way back."""
