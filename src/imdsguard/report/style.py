"""Colour for terminals, and none for everything else."""

from __future__ import annotations

from imdsguard.model.record import record


@record(frozen=True, slots=True)
class Style:
    """Wraps text in the codes of ECMA-48 "Select Graphic Rendition", if `colour`."""

    colour: bool = False

    def _wrap(self, codes: str, text: str) -> str:
        return f"\x1b[{codes}m{text}\x1b[0m" if self.colour and text else text

    def severity(self, word: str, text: str) -> str:
        """Red for errors and what may be one, yellow for warnings, blue for notes, green for what is well."""
        return self._wrap(_SEVERITY.get(word, "1"), text)

    def state(self, word: str, text: str) -> str:
        """The state of a launch."""
        return self._wrap(_STATE.get(word, ""), text) if word in _STATE else text

    def strong(self, text: str) -> str:
        """What the eye should find first."""
        return self._wrap("1", text)

    def faint(self, text: str) -> str:
        """What frames the rest: gutters, arrows."""
        return self._wrap("34", text)


_SEVERITY = {"error": "1;31", "warning": "1;33", "note": "1;34", "pass": "1;32"}
_STATE = {"required": "32", "disabled": "32", "optional": "31", "unknown": "33"}
