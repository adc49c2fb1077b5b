"""Acts that words can show: their phrases, where they stand in a conversation, and what that is worth as measured."""
