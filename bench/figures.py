"""A figure: a ratio taken in one run on one machine, three rounds, the median told with its spread."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

ROUNDS = 3


@dataclass(frozen=True)
class Figure:
    name: str
    values: Sequence[float]
    unit: str
    target: float
    at_least: bool

    @property
    def value(self) -> float:
        return median(self.values)

    @property
    def held(self) -> bool:
        return self.value >= self.target if self.at_least else self.value <= self.target

    def __str__(self) -> str:
        sign = ">=" if self.at_least else "<="
        return f"{self.name} {self.value:.2f} {self.unit} {sign}{self.target:g}"

    @property
    def spread(self) -> str:
        return f"# {self.name}: {', '.join(f'{v:.2f}' for v in self.values)}{'' if self.held else '  MANQUÉ'}"


def at_least(name: str, target: float, unit: str, measure: Callable[[], float]) -> Figure:
    return _told(Figure(name, [measure() for _ in range(ROUNDS)], unit, target, True))


def at_most(name: str, target: float, unit: str, measure: Callable[[], float]) -> Figure:
    return _told(Figure(name, [measure() for _ in range(ROUNDS)], unit, target, False))


def _told(figure: Figure) -> Figure:
    print(figure, flush=True)
    print(figure.spread, flush=True)
    return figure
