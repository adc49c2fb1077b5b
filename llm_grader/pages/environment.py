"""The environment that pages are rendered in: everything is escaped, nothing undefined passes, no template gets out."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import FunctionLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from llm_grader.pages.text import visible

_FOLDER = "llm_grader.pages"
_IN_SCRIPTS = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def render_page(template: str, values: Mapping[str, Any]) -> str:
    """The page that a template (`report` is report.html.j2) makes of `values`; a value it lacks is an error."""
    return environment().get_template(f"{template}.html.j2").render(values)


@cache
def environment() -> ImmutableSandboxedEnvironment:
    """The environment of all pages, with the filters `visible` and `inline_json`."""
    made = ImmutableSandboxedEnvironment(
        loader=FunctionLoader(read_asset),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["visible"] = visible
    made.filters["inline_json"] = inline_json
    return made


@cache
def read_asset(name: str) -> str:
    """The text of a template, script or style sheet of this package."""
    return (resources.files(_FOLDER) / name).read_text("utf-8")


def inline_json(value: Any) -> Markup:
    """`value` as JSON for a `<script>` element: nothing in it can end the element or begin another."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character, escape in _IN_SCRIPTS.items():
        text = text.replace(character, escape)
    return Markup(text)  # noqa: S704 - every character that HTML could read is escaped


def inline_asset(name: str) -> Markup:
    """A script or style sheet of this package, to stand inside of its element as it is."""
    return Markup(read_asset(name))  # noqa: S704 - our own file


def content_hash(text: str) -> str:
    """The source expression of a Content Security Policy that allows exactly this inline script or style.

    Source: Content Security Policy Level 3, section 2.3.1, `hash-source`.
    """
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"
