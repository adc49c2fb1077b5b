"""`python -m llm_grader` is the command line."""

from llm_grader.cli.main import main

if __name__ == "__main__":  # a process that is started for a part of the work imports this, too
    main()
