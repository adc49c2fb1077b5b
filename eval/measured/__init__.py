"""The maintainers' measurements of models on gold sets; not installed with the library."""
