"""A case that is ready to be measured."""

from dataclasses import dataclass
from typing import Callable


@dataclass
class Prepared:
    step: Callable[[], object]
    """One step, to the end."""
    check: Callable[[], dict] = dict
    """Fingerprints of what the step makes of the data that every engine is given; called before any step."""
