"""A stand-in for the e-mail providers: their OAuth, their APIs and their ways of breaking, on one port."""
