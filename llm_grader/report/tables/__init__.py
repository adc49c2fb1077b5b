"""Results as tables that people open elsewhere: each table is defined once, for every format."""
