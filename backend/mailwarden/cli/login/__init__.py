"""`mailwarden login`: signs this computer in at a server by its browser, and keeps the tokens to oneself."""
