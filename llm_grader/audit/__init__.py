"""Audit: people label conversations blind, adjudicate where they differ, dispute, and calibrate themselves.

Everything is plain files of one folder, which `llm-grader eval --gold` reads: `transcripts.jsonl`, `rubric.yaml` and
`sample.jsonl`, what people did in `audit/`, and what they decided in `labels/<rubric>/<annotator>.jsonl`.
"""
