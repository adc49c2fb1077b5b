"""`grade --otel`: each verdict is an event, sent by OTLP while grading to where OpenTelemetry's variables say."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from llm_grader.testing import ScriptedServer
from tests.support.command_line import grading, judged, run, write_cases, write_rubric


@contextmanager
def collector() -> Iterator[tuple[str, list[Any]]]:
    """A collector on loopback: its address, and the records that it was sent, as attributes by name."""
    logs = pytest.importorskip("opentelemetry.proto.collector.logs.v1.logs_service_pb2", reason="no extra otel")
    records: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            body = gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body
            sent = logs.ExportLogsServiceRequest.FromString(body)
            records.extend(
                record for one in sent.resource_logs for scope in one.scope_logs for record in scope.log_records
            )
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the name it has there
            """Nothing on stderr."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", records
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def attributes(record: Any) -> dict[str, Any]:
    return {
        one.key: one.value.string_value or one.value.double_value or one.value.int_value for one in record.attributes
    }


def test_each_new_verdict_is_sent_once_and_without_what_people_said(tmp_path: Path) -> None:
    write_rubric(tmp_path)
    write_cases(tmp_path, 3)
    with ScriptedServer(judged) as server, collector() as (url, records):
        command = grading(tmp_path, server.base_url, "--json", "--otel")
        first = run(*command, folder=tmp_path, environment={"OTEL_EXPORTER_OTLP_ENDPOINT": url})
        assert first.code == 0, first.stderr
        sent = [attributes(record) for record in records]
        wanted = {(card.transcript_id, item): v.label for card in first.cards() for item, v in card.verdicts.items()}
        names = ("llm_grader.transcript_id", "gen_ai.evaluation.name", "gen_ai.evaluation.score.label")
        found = {(one[names[0]], one[names[1]]): one.get(names[2]) for one in sent}
        assert found == wanted
        assert {record.event_name for record in records} == {"gen_ai.evaluation.result"}
        assert not any("explanation" in name for one in sent for name in one)
        again = run(*command, folder=tmp_path, environment={"OTEL_EXPORTER_OTLP_ENDPOINT": url})
        assert again.code == 0
        assert len(records) == len(wanted)


def test_without_its_extra_it_says_so_before_anything_is_sent(tmp_path: Path) -> None:
    write_rubric(tmp_path)
    write_cases(tmp_path, 1)
    (tmp_path / "lacking/opentelemetry").mkdir(parents=True)
    (tmp_path / "lacking/opentelemetry/__init__.py").write_text("raise ImportError", "utf-8")
    with ScriptedServer(judged) as server:
        command = [sys.executable, "-m", "llm_grader", *map(str, grading(tmp_path, server.base_url, "--otel"))]
        environment = {**os.environ, "PYTHONPATH": str(tmp_path / "lacking"), "OPENAI_API_KEY": "none"}
        ended = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert ended.returncode == 2
        assert "--otel needs the extra 'otel': pip install 'llm-grader[otel]'" in ended.stderr
        assert server.requests == []


def test_a_collector_that_cannot_be_reached_costs_no_result(tmp_path: Path) -> None:
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http", reason="no extra otel")
    write_rubric(tmp_path)
    write_cases(tmp_path, 1)
    nowhere = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_EXPORTER_OTLP_TIMEOUT": "1"}
    with ScriptedServer(judged) as server:
        ended = run(*grading(tmp_path, server.base_url, "--json", "--otel"), folder=tmp_path, environment=nowhere)
    assert ended.code == 0
    assert len(ended.cards()) == 1
