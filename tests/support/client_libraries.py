"""Imported before commands are forked: what each would otherwise load anew for a second. It starts no thread."""

from __future__ import annotations

import importlib

import instructor
import openai

from llm_grader.checking.folding import fold

for _module in (
    "cli.setup.inputs",
    "cli.terminal.interrupts",
    "cli.main",
    "cli.terminal.progress",
    "cli.terminal.show",
    "grader",
    "readers",
    "cli.setup.settings",
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
