"""`llm-grader doctor`."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import typer

from llm_grader.cli.setup import options
from llm_grader.errors import EndpointError, JudgeError, TransientError

if TYPE_CHECKING:
    from llm_grader.gateway.endpoint import Endpoint, Mode
    from llm_grader.gateway.gateway import Gateway

_MODES: tuple[Mode, ...] = ("tools", "json_schema", "md_json")  # the one to prefer first, the plainest last


@options.grouped
def doctor(flags: options.EndpointFlags) -> None:
    """Tell what settings are in force, and whether the endpoint works with them.

    Sends up to four tiny requests: one for each way of structuring answers, and one for token probabilities. One that
    gets no answer is sent again, up to five times; that is told. Exit code 4: it does not work.

    Example: llm-grader doctor --model local

    Example: llm-grader doctor --model my-model --base-url http://127.0.0.1:8000/v1
    """
    from llm_grader.cli.setup.settings import load_settings

    settings = load_settings(flags)
    endpoint = settings.endpoint
    shown = {**settings.model_dump(exclude={"api_key", "thresholds", "headers"}), "base_url": endpoint.address}
    for name, value in shown.items():
        typer.echo(f"{name:>22}  {value}")
    typer.echo(f"{'headers':>22}  {', '.join(settings.headers) or 'none'}")
    typer.echo(f"{'api_key':>22}  {'set' if settings.api_key else 'not set'}")
    typer.echo(f"{'thresholds':>22}  of items that may be left to a judge:")
    for name, field in type(settings.thresholds).model_fields.items():
        typer.echo(f"{f'thresholds.{name}':>28}  {getattr(settings.thresholds, name):<6}  {field.description}")
    found = asyncio.run(_check_local(endpoint) if endpoint.is_local else _check_endpoint(endpoint))
    if found is not None:
        raise EndpointError(str(found)) from found  # whatever failed: as it is set, nothing can be graded


async def _check_local(local: Endpoint) -> JudgeError | None:
    """Start the embedded model, or the user's file in its place, tell what it is, and ask it one question."""
    from llm_grader.gateway.endpoint import Endpoint
    from llm_grader.gateway.gateway import Gateway
    from llm_grader.local.server import LocalServer

    with LocalServer(local.weights_file) as server:
        _tell("embedded model", f"runs: {server.model_name}, {server.context_tokens} tokens of context")
        _tell("what it judges", _judged(local, server.weights_sha256))
        gateway = Gateway(
            Endpoint.model_validate(
                {"model": server.model_name, "base_url": server.base_url, "api_key": server.api_key}
            ),
            notify=_tell_waiting,
        )
        error = await _check_probabilities(gateway)
        await gateway.aclose()
        return error


def _judged(local: Endpoint, weights_sha256: str) -> str:
    """How many items of each packaged rubric it judges, as measured."""
    from llm_grader.local.fits import load_fits
    from llm_grader.rubric.load import load_rubric, packaged_rubrics

    if local.weights_file is not None:
        return "every item; nothing is known of how well"
    fits = load_fits(weights_sha256=weights_sha256)
    counts = []
    for rubric_id in packaged_rubrics():
        asked = [item for item in load_rubric(rubric_id).items() if item.asks_model]
        judged = [item for item in asked if (fit := fits.of(rubric_id, item)) is not None and fit.is_good_enough]
        counts.append(f"{len(judged)} of {len(asked)} items of {rubric_id}")
    return "; ".join(counts)


async def _check_endpoint(endpoint: Endpoint) -> JudgeError | None:
    """Try each mode; the error of the mode that is set, when that one does not work."""
    from llm_grader.gateway.endpoint import DECISION_MODES
    from llm_grader.gateway.gateway import Gateway

    if endpoint.mode in DECISION_MODES:  # such a model has no other
        return await _check_decisions(endpoint)
    found: dict[str, JudgeError | None] = {}
    for mode in reversed(_MODES):
        gateway = Gateway(endpoint.model_copy(update={"mode": mode}), notify=_tell_waiting)
        found[mode] = error = await _check_mode(gateway, mode)
        await gateway.aclose()
        if isinstance(error, EndpointError | TransientError) and None not in found.values():
            return error  # where a plain question gets no answer, no other will
    gateway = Gateway(endpoint, notify=_tell_waiting)
    await _check_probabilities(gateway)
    await gateway.aclose()
    _tell("price", _price_of(endpoint))
    working = next((mode for mode in _MODES if found[mode] is None), None)
    if working is not None and found[endpoint.mode] is not None:
        typer.echo(f"mode {endpoint.mode} does not work here: set --mode {working}", err=True)
    return found[endpoint.mode]


async def _check_mode(gateway: Gateway, mode: str) -> JudgeError | None:
    from llm_grader.asking.answers import response_model
    from llm_grader.rubric.model import Item

    item = Item.model_validate({"id": "greeting", "title": "Greeting", "question": "Did the agent greet the customer?"})
    rules = f"{item.question['en']} Answer with evidence, reason and label."
    messages = [{"role": "system", "content": rules}, {"role": "user", "content": "[turn 0: agent]\nGood morning!"}]
    try:
        filled = await gateway.complete(messages, response_model([item]))
    except JudgeError as error:
        _tell(f"mode {mode}", f"no: {_with_sentence(error)}")
        return error
    usage = filled.usage
    counted = "tokens reported" if usage.prompt_tokens is not None else "tokens not reported: cost stays unknown"
    without = f", not taken: {', '.join(sorted(gateway.rejected))}" if gateway.rejected else ""
    _tell(f"mode {mode}", f"works, answered by {usage.answered_by}, {counted}{without}")
    return None


async def _check_decisions(endpoint: Endpoint) -> JudgeError | None:
    from llm_grader.gateway.bodies import Question
    from llm_grader.gateway.gateway import Gateway

    gateway = Gateway(endpoint, notify=_tell_waiting)
    question = Question("greeted", "Did the agent greet the customer?", {"yes": "", "no": ""})
    try:
        decided = await gateway.decide("agent: Good morning!", [question])
    except JudgeError as error:
        _tell(f"mode {endpoint.mode}", f"no: {error}")
        return error
    finally:
        await gateway.aclose()
    found = decided.problems.get(question.name)
    without = f", not taken: {', '.join(sorted(gateway.rejected))}" if gateway.rejected else ""
    _tell(f"mode {endpoint.mode}", f"no: the answer is {found}" if found else f"works{without}")
    return JudgeError(f"mode {endpoint.mode}: the answer is {found}") if found else None


def _price_of(endpoint: Endpoint) -> str:
    """US dollars for a million tokens, as far as a price is known."""
    from llm_grader.gateway.prices import cost_of
    from llm_grader.usage import Usage

    million = 1_000_000
    prompt, answer = Usage(prompt_tokens=million), Usage(completion_tokens=million)
    prices = [cost_of(usage, endpoint.model, endpoint.base_url, endpoint.prices) for usage in (prompt, answer)]
    if None in prices:
        return f"no price of {endpoint.model} is known: cost stays unknown, unless one is set under prices"
    return f"${prices[0]:.2f} a million tokens of prompts, ${prices[1]:.2f} of answers"


async def _check_probabilities(gateway: Gateway) -> JudgeError | None:
    try:
        await gateway.choose([{"role": "user", "content": "Is 2 + 2 = 4? Answer Yes or No."}], ("Yes", "No"))
    except JudgeError as error:
        _tell("token probabilities", f"no: {_with_sentence(error)}")
        return error
    _tell("token probabilities", "works")
    return None


def _with_sentence(error: JudgeError) -> str:
    """The error, and what the endpoint said of it: no transcript was sent that it could repeat."""
    return f"{error} “{error.sentence}”" if error.sentence else str(error)


def _tell(what: str, found: str) -> None:
    typer.echo(f"{what:>22}  {found}")


def _tell_waiting(line: str) -> None:
    typer.echo(line, err=True)
