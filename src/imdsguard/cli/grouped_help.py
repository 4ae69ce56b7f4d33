"""`--help` with the options in groups: what is read, what judges it, how it is adopted, how it is told."""

from __future__ import annotations

import click

GROUPS: dict[str, tuple[str, ...]] = {
    "Input": (
        "var_files", "variables", "workspace", "environments", "environment", "source", "exclude",
        "run_terraform", "get", "get_hosts", "terraform",
    ),
    "Policy": ("policy", "checks", "fail_on", "strict_unseen"),
    "Adoption": (
        "hook", "baseline", "write_baseline", "changed_since", "no_suppressions", "honor_comments", "show_suppressed",
    ),
    "Readiness": (
        "readiness", "readiness_file", "readiness_max_age", "days", "profile", "roles", "max_metrics",
    ),
    "Output": (
        "filters", "form", "outputs", "show_notes", "statistics", "show_passed", "no_color", "quiet", "verbose",
    ),
}  # fmt: skip
"""The groups in their order, each with its options by the names of their parameters; a command's own are in none."""
_OWN = "Options"


class GroupedCommand(click.Command):
    """A command whose help shows options by what they are for; those of its own first."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a section for each group that has options."""
        group_of = {name: group for group, names in GROUPS.items() for name in names}
        sections: dict[str, list[tuple[str, str]]] = {name: [] for name in (_OWN, *GROUPS)}
        asks = self.get_help_option(ctx)
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if isinstance(parameter, click.Option) and record is not None and parameter is not asks:
                sections[group_of.get(str(parameter.name), _OWN)].append(record)
        if asks is not None:
            sections["Output" if sections["Output"] else _OWN].append(asks.get_help_record(ctx) or ("", ""))
        for name, records in sections.items():
            if records:
                with formatter.section(name):
                    formatter.write_dl(records)
