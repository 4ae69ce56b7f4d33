"""How many metrics would be asked for, what that may cost, and where to stop."""

from __future__ import annotations

from imdsguard.run.errors import RunError

PRICE = 0.01
"""US dollars for 1,000 metrics that GetMetricData is asked for, in most Regions (Amazon CloudWatch pricing, "API
requests"; it has no free tier)."""


def cost(metrics: int) -> float:
    """Give the US dollars that so many metrics may cost."""
    return metrics * PRICE / 1000


def estimate(metrics: int, days: int) -> str:
    """Say it in a line."""
    if not metrics:
        return "asks CloudWatch for no metric"
    dollars = cost(metrics)
    said = f"about ${dollars:.2f}" if dollars >= 0.01 else "less than $0.01"
    plural = "" if metrics == 1 else "s"
    return f"asks CloudWatch for {metrics:,} metric{plural} over {days} day{'' if days == 1 else 's'}: {said}"


def refuse_above(most: int, metrics: int) -> None:
    """Stop where more would be asked for than a person has allowed. Raises `RunError`."""
    if metrics > most:
        raise RunError(
            f"{metrics:,} metrics would be asked for, which may cost ${max(cost(metrics), 0.01):.2f}: more than "
            f"--max-metrics {most}. No metric was asked for; allow more (--max-metrics {metrics}), or give fewer paths"
        )
