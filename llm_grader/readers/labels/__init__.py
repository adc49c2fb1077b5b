"""Which labels in front of lines are speakers."""
