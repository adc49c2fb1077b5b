"""The command line: options in, one call of the library, tables and JSON out.

`main` finds the command, `commands` has one module for each, `setup` makes what they need, `terminal` shows what they
find.
"""
