"""Around the figures of items: where they come from, pass rates, whole scores, and two judges side by side."""
