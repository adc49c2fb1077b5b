"""`python -m llm_grader` is the command line."""

from llm_grader.cli.main import main

main()
