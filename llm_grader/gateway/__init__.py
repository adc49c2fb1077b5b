"""One request to a model: bodies, attempts, limits, money and faults. It knows no rubric and no store."""

from llm_grader.gateway.budget import Budget
from llm_grader.gateway.endpoint import Endpoint
from llm_grader.gateway.gateway import Gateway

__all__ = ["Budget", "Endpoint", "Gateway"]
