"""One annotator at work: what they do, step by step, and the gold labels that it comes to."""
