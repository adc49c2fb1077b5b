"""The maintainers' measurements of what redaction and the search for same questions find; run from a checkout, not installed."""
