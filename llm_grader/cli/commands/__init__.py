"""The commands, one a module: each parses its options, calls the library, and prints."""
