"""Grade customer-service conversations against a checklist, with the words each verdict rests on."""

from __future__ import annotations

__version__ = "0.1.0"
