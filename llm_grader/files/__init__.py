"""Files that people write, read strictly: YAML, JSON and mappings, with problems told by their place."""
