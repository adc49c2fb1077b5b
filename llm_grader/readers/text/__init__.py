"""The reader of text as people write and paste it: labels, names on their own lines, legends, lost line ends."""
