"""What a judge is worth: its answers beside gold, figures per item, gates, disagreements, drift, calibration."""
