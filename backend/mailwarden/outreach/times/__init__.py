"""When mails of a campaign may go out."""
