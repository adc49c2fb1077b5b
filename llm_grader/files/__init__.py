"""Files that people write, read strictly: YAML, JSON and mappings, with each problem named by its place.

A path, or the text of a file, comes in; plain values or a checked model go out, for rubrics, settings and mappings.
"""
