"""The chantiers that ship with the site, one folder each; they import `app.sdk` and never each other."""
