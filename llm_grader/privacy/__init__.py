"""Personal data: what is found, the tokens that take its place, and the way back."""
