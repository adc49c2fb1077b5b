"""The server killed while somebody labels as fast as it answers: what it said is saved is in the journal."""

from __future__ import annotations

import http.client
import json
import re
import signal
import subprocess
import sys
import threading
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from llm_grader.audit.labelling.journal import gold_file, read_answers
from llm_grader.eval.labels.files import read_labels
from llm_grader.rubric.load import load_rubric
from tests.support.audit_folder import write_folder


class Read(NamedTuple):
    """An answer of the server."""

    status: int
    headers: Any
    text: str

    def json(self) -> Any:
        return json.loads(self.text)


class Labeller:
    """Somebody who labels through a connection of their own until it breaks; `rev` is the last state acknowledged."""

    def __init__(self, link: str) -> None:
        site, token = link.split("/join#")
        self._host = site.removeprefix("http://")
        self._connection = http.client.HTTPConnection(self._host)
        self._headers = {"content-type": "application/json", "host": self._host, "origin": site}
        self.rev = 0
        self.saved = threading.Event()
        cookie = self._send("POST", "/api/session", {"token": token}).headers["set-cookie"].partition(";")[0]
        self._headers["cookie"] = cookie
        page = self._send("GET", "/")
        found = re.search(r'data-csrf="(\w+)"', page.text)
        assert found is not None
        self._headers["x-csrf"] = found[1]

    def label_until_it_breaks(self) -> None:
        """Change one label after the other."""
        rev = self._send("GET", "/api/t/1").json()["rev"]
        try:
            for number in count():
                label = {"item_id": "tone", "label": str(number % 2 + 1)}
                answered = self._send("PUT", "/api/t/1", {"rev": rev, "labels": [label]})
                if answered.status == 200:
                    rev = self.rev = answered.json()["rev"]
                if number == 10:
                    self.saved.set()
        except (OSError, http.client.HTTPException):
            pass

    def _send(self, method: str, path: str, sent: Any = None) -> Read:
        self._connection.request(method, path, None if sent is None else json.dumps(sent), self._headers)
        response = self._connection.getresponse()
        text = response.read().decode()
        return Read(response.status, response.headers, text)


def test_what_the_server_acknowledged_is_there_after_it_was_killed(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "gold", 1)
    rubric = load_rubric(folder / "rubric.yaml")
    for _ in range(3):
        command = [sys.executable, "-m", "llm_grader", "audit", "--gold", folder, "--as", "anna", "--no-browser"]
        with subprocess.Popen(
            list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as server:
            assert server.stdout is not None
            labeller = Labeller(server.stdout.readline().split()[-1])
            thread = threading.Thread(target=labeller.label_until_it_breaks)
            thread.start()
            assert labeller.saved.wait(60)
            server.send_signal(signal.SIGKILL)
            thread.join()
        answers = read_answers(folder, "anna", rubric)
        assert answers.last_seq >= labeller.rev > 10
        gold = gold_file(folder, "desk", "anna")
        assert not gold.exists() or read_labels(gold) == []
