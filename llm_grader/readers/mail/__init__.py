"""Readers of mail: messages, threads, and the parts of a reply."""
