"""Readers of chats: labelled text, messengers, message lists, and our own format."""
