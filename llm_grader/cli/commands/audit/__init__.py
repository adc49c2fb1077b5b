"""`llm-grader audit`: people label conversations blind, adjudicate, dispute, and calibrate themselves."""
