"""Personal data: what is found, the tokens that take its place, and the way back.

A transcript comes in, and one with tokens in the place of names and numbers goes out to the judge; what the judge
quotes is put back into the words of the original.
"""
