"""Scorecards as a pandas frame and as a data set: one row a verdict, with the type of each column stated."""
