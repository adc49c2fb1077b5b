"""Files that people write, read strictly: YAML, JSON and mappings, with each problem named by its place."""
