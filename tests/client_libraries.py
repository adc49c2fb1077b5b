"""Imported before commands are forked: what each would otherwise load anew for a second. It starts no thread."""

from __future__ import annotations

import instructor.core.hooks
import openai.resources
import rich.progress
import tenacity

import llm_grader.cli.inputs
import llm_grader.cli.interrupts
import llm_grader.cli.main
import llm_grader.cli.progress
import llm_grader.cli.show
import llm_grader.grader
from llm_grader.folding import fold

LAZY = (
    instructor.core.hooks.Hooks,
    instructor.from_openai,
    instructor.patch,
    instructor.OpenAISchema,
    instructor.Mode,
    openai.AsyncOpenAI,
    openai.DefaultAsyncHttpxClient,
    openai.Timeout,
    tenacity.AsyncRetrying,
)
FOLDED = fold("A table of characters is made when the first text is folded.")
