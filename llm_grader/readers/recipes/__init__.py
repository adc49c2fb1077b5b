"""Recipes: exports of others read by a description, YAML with JMESPath, where no code is needed for them."""
