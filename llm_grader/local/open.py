"""An open judge: how it is asked, and what has to be closed afterwards; and the embedded model as one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from pydantic import SecretStr

from llm_grader.asking.judge import Asker, Judge
from llm_grader.gateway.endpoint import Endpoint
from llm_grader.gateway.gateway import Gateway
from llm_grader.gateway.prices import Price
from llm_grader.rubric.model import Rubric

if TYPE_CHECKING:
    from llm_grader.local.server import LocalServer

_SECONDS_FOR_A_LONG_TRANSCRIPT = 600.0
LANGUAGE = "en"  # asked in German or Czech it judges worse: AUC .72 against .93 over 122 answers


class OpenJudge(NamedTuple):
    """A judge that can be asked: how it is asked about items, and what has to be closed afterwards, where there is any.

    `judge` is what can be asked anything else; the embedded model answers no free questions.
    """

    asker: Asker
    judge: Judge | None = None
    gateway: Gateway | None = None
    server: LocalServer | None = None

    async def aclose(self) -> None:
        """Close the gateway's client on this event loop, and the embedded model."""
        if self.gateway is not None:
            await self.gateway.aclose()
        if self.server is not None:
            self.server.close()


def open_local(
    rubric: Rubric, endpoint: Endpoint, *, notify: Callable[[str], None], doing: Callable[[str], None]
) -> OpenJudge:
    """Start the embedded model, or the user's own file in its place, and ask it item by item.

    The embedded model is asked with the fits made for it; for another file there are none, and that is said.

    Args:
        rubric: the checklist.
        endpoint: its model is the embedded one, or the path of a GGUF file.
        notify: gets a line about what people should know.
        doing: gets what is going on at the moment.

    Raises:
        LocalModelError: it cannot be started; the message says what to install.
    """
    from llm_grader.local.by_choice import ChoiceAsker
    from llm_grader.local.fits import load_fits
    from llm_grader.local.server import LocalServer

    def progress(done: int, total: int) -> None:
        doing(f"putting the embedded model together, once: {100 * done // total} %")

    doing("loading the model")
    server = LocalServer(endpoint.weights_file, progress=progress).open()
    fits = load_fits(weights_sha256=server.weights_sha256) if endpoint.weights_file is None else None
    if fits is None:
        notify(f"{server.model_name}: nothing is known of how well it judges; its answers are taken as they are")
    address = endpoint.model_copy(
        update={
            "model": server.model_name,
            "base_url": server.base_url,
            "api_key": SecretStr(server.api_key),
            "timeout": _SECONDS_FOR_A_LONG_TRANSCRIPT,
            "requests_per_minute": None,
            "tokens_per_minute": None,
            "prices": {server.model_name: Price(input=0, output=0)},
        }
    )
    gateway = Gateway(address, notify=notify)
    asker = ChoiceAsker(
        gateway.choose,
        fits=fits,
        rubric_id=rubric.id,
        language=LANGUAGE,
        context_tokens=server.context_tokens,
        count_tokens=server.count_tokens,
        doing=doing,
    )
    return OpenJudge(asker, gateway=gateway, server=server)
