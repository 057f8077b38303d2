from mailwarden.cli import app

app()
