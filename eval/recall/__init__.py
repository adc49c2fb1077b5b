"""The maintainers' measurements of what redaction and the search for same questions find; not installed."""
