"""Imported before commands are forked: what each would otherwise load anew for a second. It starts no thread."""

from __future__ import annotations

import importlib

import instructor
import openai

from llm_grader.folding import fold

for _module in (
    "cli.inputs",
    "cli.interrupts",
    "cli.main",
    "cli.progress",
    "cli.show",
    "grader",
    "readers",
    "settings",
):
    importlib.import_module(f"llm_grader.{_module}")
for _module in ("instructor.core.hooks", "openai.resources", "rich.progress", "rich.table", "tenacity"):
    importlib.import_module(_module)

LAZY = (
    instructor.from_openai,
    instructor.patch,
    instructor.OpenAISchema,
    instructor.Mode,
    openai.AsyncOpenAI,
    openai.DefaultAioHttpClient,
    openai.Timeout,
    fold("The first text that is folded needs a table of characters."),
)
