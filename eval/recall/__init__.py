"""The maintainers' measurements of redaction and the search for same questions; run from a checkout, not installed."""
