"""Help desk performance from transcripts and tickets, without a model: times, resolution, satisfaction."""

from llm_grader.figures.figures import Figure, compute_figures

__all__ = ["Figure", "compute_figures"]
