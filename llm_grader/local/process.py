"""The process behind `LocalServer`: `python -m llm_grader.local.process`.

It has a process of its own because llama.cpp cannot be left while it answers: in the caller's process, deleting the
server then waits for ever with the interpreter's lock held, and not deleting it can end the process with a crash.

Protocol: the settings are one line of JSON on standard input (so that the key is in no process list). The answer is
one line of JSON on standard output, `{"address": …}` or `{"error": …}`. The end of standard input is the end of it all,
also when whoever started it was killed.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any

# A request that was given up is noticed between two batches: with 128 tokens within about two seconds on two cores, and
# reading a prompt is as fast as with the 2048 that llama.cpp begins with.
_BATCH_TOKENS = 128


def main() -> None:
    """Serve until standard input ends."""
    for number in (signal.SIGINT, signal.SIGTERM):  # they reach the whole group; who started us decides
        signal.signal(number, signal.SIG_IGN)
    settings = json.loads(sys.stdin.readline())
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as answer:
        os.dup2(2, 1)  # nothing that llama.cpp writes may end up in the answer
        try:
            server = start_server(settings)
        except Exception as error:
            answer.write(json.dumps({"error": f"{type(error).__name__}: {error}"}) + "\n")
            return
        answer.write(json.dumps({"address": server.listening_address}) + "\n")
    sys.stdin.read()
    os._exit(0)


def start_server(settings: dict[str, Any]) -> Any:
    """A server on a free port of 127.0.0.1 that answers only to the key in `settings`."""
    import xllamacpp  # type: ignore[import-untyped]

    parameters = xllamacpp.CommonParams()
    parameters.model.path = settings["weights"]
    parameters.model_alias = {settings["model_name"]}
    parameters.hostnames = ["127.0.0.1"]
    parameters.port = 0
    parameters.api_keys = [settings["api_key"]]
    parameters.endpoint_slots = parameters.ui = False
    parameters.n_ctx = settings["context_tokens"]
    parameters.ctx_shift = False
    # One slot: requests wait for each other, and the transcript stays in its KV cache from item to item.
    parameters.n_parallel = 1
    parameters.cache_ram_mib = 0
    parameters.n_batch = parameters.n_ubatch = _BATCH_TOKENS
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = settings["threads"]
    parameters.use_jinja = True
    parameters.verbosity = settings["verbosity"]
    return xllamacpp.Server(parameters)


if __name__ == "__main__":
    main()
