"""Samples of graded conversations for people to label."""
