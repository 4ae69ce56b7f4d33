"""What a person gives beside the code: variables, workspace, environment, exclusions."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, TypeAlias

from imdsguard.model.record import record, replace
from imdsguard.terraform.source.modules_elsewhere import NOWHERE

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from imdsguard.model.environment import Environment
    from imdsguard.terraform.overlay import Overlay
    from imdsguard.terraform.source.modules_elsewhere import ModulesElsewhere

    EnvironmentsOf: TypeAlias = Callable[[str], Sequence[Environment] | None]


@record(frozen=True, slots=True)
class Inputs:
    """What a run is given, as `terraform plan` would get them.

    `workspace` is None where nobody says in which one Terraform works: then it is what `terraform workspace select` has
    noted in the folder of the root module, and unknown where that has noted nothing.
    `var_files` are paths relative to `working_directory`; `variables` are `name=value` texts. `order` says in which
    order both stood on the command line, as a sequence of `"var"` and `"var-file"` (the last one given wins); where it
    is empty, files come first. `environment` is read for `TF_VAR_*` only. `exclude` are globs of paths relative to the
    working directory. `source` is the folder of the root module that plans were made of (relative to the working
    directory); without it, if `look_beside`, a plan is joined with the code in its own folder, or else in the working
    directory, if that declares just what it plans. `documents` are binary plans among the given paths as JSON, if
    somebody has had them shown, and None for one that could not be. `overlay` has texts that stand for files. `modules`
    is who is asked for modules that are not downloaded. `from_hook`: the paths are the files of a commit, as pre-commit
    gives them: one that nothing reads is passed over in silence, and one that is not there is one that it deletes.

    `environments_of` gives the environments in which a root module is deployed, by its name, None where it has none;
    `environments` are globs on the names of those that are asked for (none: all). What an environment says takes the
    place of `var_files`, `variables` and `workspace`. `alone`: the values given here replace all
    environments. `excluded` are further globs, each with the folder that it counts from. `variables_of` says who gives
    `variables`.
    """

    var_files: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    workspace: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    exclude: tuple[str, ...] = ()
    working_directory: str = "."
    order: tuple[str, ...] = ()
    source: str | None = None
    look_beside: bool = False
    documents: Mapping[str, bytes | None] = field(default_factory=dict)
    overlay: Overlay | None = field(default=None, compare=False, repr=False)
    from_hook: bool = False
    modules: ModulesElsewhere = field(default=NOWHERE, compare=False, repr=False)
    environments_of: EnvironmentsOf | None = field(default=None, compare=False, repr=False)
    environments: tuple[str, ...] = ()
    alone: bool = False
    excluded: tuple[tuple[str, str], ...] = ()
    variables_of: str = "--var"

    @property
    def replaces_environments(self) -> bool:
        """Whether the values given here count instead of what environments give."""
        return self.alone or bool(self.var_files or self.variables)

    def within(self, environment: Environment) -> Inputs:
        """Give what Terraform would be given in an environment."""
        return replace(
            self,
            var_files=environment.var_files,
            variables=environment.variables,
            workspace=self.workspace if environment.workspace is None else environment.workspace,
            order=(),
            variables_of=f"environment {environment.name}, var",
        )

    def given(self) -> tuple[tuple[str, str], ...]:
        """All `--var` and `--var-file` options as (`"var"` or `"var-file"`, text), weakest first."""
        kinds = self.order or ("var-file",) * len(self.var_files) + ("var",) * len(self.variables)
        files, variables = iter(self.var_files), iter(self.variables)
        pairs = [(kind, next(files if kind == "var-file" else variables, "")) for kind in kinds]
        return tuple(pair for pair in pairs if pair[1])


def terraform_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Give those variables of an environment by which Terraform is given values: `TF_VAR_*`."""
    return {name: value for name, value in environment.items() if name.startswith("TF_VAR_")}
