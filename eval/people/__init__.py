"""People who label: how they agree with one another, and whole scores, theirs and the judge's."""
