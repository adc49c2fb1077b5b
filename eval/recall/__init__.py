"""The maintainers' measurements of redaction and of the search for same questions; run from a checkout, not installed."""
