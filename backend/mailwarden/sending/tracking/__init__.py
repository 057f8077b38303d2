"""Opens, clicks and unsubscribing: how mails are prepared for them, and what comes back."""
