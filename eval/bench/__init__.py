"""Benchmarks anyone can run: what grading costs besides the model, measured against a loopback endpoint.

`python -m llm_grader.eval.bench` starts a mock endpoint in a process of its own, and each case in a fresh one, side by
side with a loop that sends the same requests through the bare SDK. It is run from a checkout and not installed.
"""
