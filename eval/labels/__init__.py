"""Gold labels: files, public sets as labels, sources, and labels about single turns."""
