"""A figure: a ratio taken in one run on one machine, in rounds, the median told with its spread."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Figure:
    """`least` or `most`: its target. `every`: each round keeps it, not the middle one alone."""

    name: str
    values: Sequence[float]
    unit: str
    least: float | None = None
    most: float = 0
    every: bool = False

    @property
    def value(self) -> float:
        if not self.every:
            return median(self.values)
        return max(self.values) if self.least is None else min(self.values)

    @property
    def held(self) -> bool:
        return self.value <= self.most if self.least is None else self.value >= self.least

    def __str__(self) -> str:
        target = f"<={self.most:g}" if self.least is None else f">={self.least:g}"
        return f"{self.name} {self.value:.2f} {self.unit} {target}"

    @property
    def spread(self) -> str:
        return f"# {self.name}: {', '.join(f'{v:.2f}' for v in self.values)}{'' if self.held else '  MANQUÉ'}"
