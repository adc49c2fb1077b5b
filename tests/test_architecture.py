"""Which room may import which: data flows one way, and the client libraries stay behind the gateway."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import llm_grader

ROOT = Path(__file__).parents[1]

FLOORS: tuple[set[str], ...] = (
    {"content"},
    {"errors", "version", "transcript"},
    {"usage", "files"},
    {"verdict", "testing"},
    {"gateway"},
    {"rubric"},
    {"checking", "signals", "store"},
    {"asking", "figures", "readers"},
    {"grading", "privacy"},
    {"authoring", "corpus", "local", "pages"},
    {"grader"},
    {"batch", "ray"},
    {"eval"},
    {"report", "audit"},
    {"pytest_plugin", "cli", "measured"},
)
"""The rooms from the ground up: what is on a floor imports from the floors below it alone."""

ROOF = {"report", "audit", "measured"}
"""Rooms that stand on most of the others, and that nothing but the command line enters."""
MOST_ARROWS = 160
MOST_MODULES = 15
CLIENTS = {"openai", "instructor", "tenacity"}
MOST_METHODS = 12
HEAVY = {
    *CLIENTS,
    "datasets",
    "scipy",
    "numpy",
    "pandas",
    "jinja2",
    "anyio",
    "babel",
    "genai_prices",
    "py3langid",
    "xllamacpp",
    "webvtt",
    "starlette",
    "uvicorn",
}


def modules() -> Iterator[tuple[str, Path]]:
    """Each module as (its room, its file)."""
    for path in sorted((ROOT / "llm_grader").rglob("*.py")):
        part = path.relative_to(ROOT / "llm_grader").parts[0].removesuffix(".py")
        yield part, path
    for path in sorted((ROOT / "eval").rglob("*.py")):
        yield "measured" if path.parent.name == "measured" else "eval", path


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def roots(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imported(path)}


def floor_of(room: str) -> int:
    found = [number for number, rooms in enumerate(FLOORS) if room in rooms]
    assert found, f"{room} is a new room: say in FLOORS where it belongs"
    return found[0]


def arrows() -> Iterator[tuple[str, str, str]]:
    """Each import of another room as (room, room it imports from, what is imported where).

    What is taken from the package's own face, as users take it, is none.
    """
    for room, path in modules():
        for name in () if room in ("__init__", "__main__") else imported(path):
            root, _, rest = name.partition(".")
            target = rest.partition(".")[0]
            if root == "llm_grader" and target not in ("", "prompts", "rubrics", room, *llm_grader.__all__):
                yield room, target, f"{path.relative_to(ROOT)} imports {name}"


def test_rooms_import_only_from_the_floors_below() -> None:
    assert [where for room, target, where in arrows() if floor_of(target) >= floor_of(room)] == []


def test_a_newcomer_can_draw_the_rooms() -> None:
    assert len({(room, target) for room, target, _ in arrows() if not {room, target} & ROOF}) <= MOST_ARROWS


def test_no_folder_is_crowded() -> None:
    folders = Counter(path.parent for _, path in modules() if path.name != "__init__.py")
    assert {folder.name: count for folder, count in folders.items() if count > MOST_MODULES} == {}


def test_only_two_modules_of_the_gateway_import_the_client_libraries() -> None:
    users = {path.relative_to(ROOT).as_posix() for _, path in modules() if roots(path) & CLIENTS}
    ours = {f"llm_grader/gateway/{module}.py" for module in ("attempts", "client")}
    assert users == {*ours, "eval/bench/contestants.py", "eval/bench/peers.py"}  # they compare with the bare SDK


def test_no_class_has_more_than_twelve_public_methods() -> None:
    large = {
        node.name
        for part, path in modules()
        if part not in ("eval", "measured")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef) and len(list(public_methods(node))) > MOST_METHODS
    }
    assert large == set()


def public_methods(node: ast.ClassDef) -> Iterator[str]:
    methods = (child for child in node.body if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef))
    yield from (method.name for method in methods if not method.name.startswith("_"))


def test_every_setting_is_declared_once() -> None:
    from llm_grader.cli.setup.settings import Settings
    from llm_grader.gateway.endpoint import Endpoint
    from llm_grader.grader.settings import GraderSettings

    assert Settings.__annotations__.keys() & GraderSettings.model_fields.keys() == set()
    assert GraderSettings.__annotations__.keys() & Endpoint.model_fields.keys() == set()
    for model in (Endpoint, GraderSettings):
        for name, field in model.model_fields.items():
            found = Settings.model_fields[name]
            assert (found.default, found.metadata, found.description) == (
                field.default,
                field.metadata,
                field.description,
            ), name


@pytest.mark.parametrize("code", ["import llm_grader", "from llm_grader.cli.main import app"])
def test_importing_loads_nothing_heavy(code: str) -> None:
    probe = f"import sys; {code}; print(sorted({HEAVY!r} & {{name.partition('.')[0] for name in sys.modules}}))"
    result = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_importing_the_package_loads_no_module_of_it() -> None:
    probe = "import sys, llm_grader; print([name for name in sys.modules if name.startswith('llm_grader.')])"
    result = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_the_public_names_are_sorted_and_can_be_imported() -> None:
    import llm_grader

    assert llm_grader.__all__ == sorted(llm_grader.__all__)
    for name in llm_grader.__all__:
        assert getattr(llm_grader, name) is not None
    with pytest.raises(AttributeError, match="nonsense"):
        _ = llm_grader.nonsense


def test_no_two_classes_have_the_same_name() -> None:
    counts = Counter(
        node.name
        for _, path in modules()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
    )
    assert {name for name, count in counts.items() if count > 1} == set()
