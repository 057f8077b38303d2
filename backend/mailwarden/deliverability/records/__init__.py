"""What the records around sending mean, one file for each; nothing here asks anybody but through a Resolver."""
