"""What comes of several annotators: results, agreement, adjudication, disputes, and sessions to calibrate."""
