"""Better wordings of items, chosen on some labels and tested on others: `refine.run.refine` is `llm-grader refine`."""
