"""The evaluation harness: agreement with people, and what follows from it."""
