"""Help desk performance from transcripts and tickets, without a model: times, resolution, satisfaction.

Each transcript becomes a `Case`, each case gives samples, and the samples of many are a `Figure` of the `catalogue`.
"""

from llm_grader.figures.figures import Figure, compute_figures

__all__ = ["Figure", "compute_figures"]
