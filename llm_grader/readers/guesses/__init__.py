"""What the columns of a table, or the keys of objects, are for, where their names alone do not say it."""
