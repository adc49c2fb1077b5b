"""Commands about people who label, and about two judges beside one another."""
