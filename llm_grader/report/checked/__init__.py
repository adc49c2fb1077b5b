"""What is known of an item besides its verdicts: what people say of its rate, and the wordings it had."""
