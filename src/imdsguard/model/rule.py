"""A rule as it was loaded from its file."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from imdsguard.model.finding import Judgement
    from imdsguard.model.severity import Severity

SUBJECTS = ("Launch", "RegionDefault", "Alarm", "Image", "OrganizationPolicy", "Estate")
"""What a rule can be asked about, once for each of them in the estate (for `Estate`: once)."""


@record(frozen=True, slots=True)
class Rule:
    """One file of `checks/`. `page` is its docstring, `severity` what a policy can overrule.

    `wants` names what `check` takes, in order: its subject, and `Parameters` or `Estate` if it asks for them.
    `parameters` is the rule's own frozen dataclass of settings. `controls` maps a framework to its ids. `fixed`: no
    policy can make it milder or turn it off, and no comment suppress it; what is meant to be so needs an exemption.
    `example`: it speaks of a whole account and Region, and points at one resource there as an example.
    `scripts`: it reads what instances run at boot.
    """

    id: str
    file: str
    severity: Severity
    page: str
    check: Callable[..., Iterable[Judgement]]
    wants: tuple[str, ...]
    parameters: type | None = None
    controls: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fixed: bool = False
    example: bool = False
    scripts: bool = False

    @property
    def subject(self) -> str:
        """Which of `SUBJECTS` the rule is called with."""
        return next(name for name in self.wants if name in SUBJECTS)

    @property
    def summary(self) -> str:
        """The first line of the page."""
        return self.page.partition("\n")[0]
