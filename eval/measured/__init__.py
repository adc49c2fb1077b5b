"""The maintainers' measurements of models on gold sets; run from a checkout, not installed."""
