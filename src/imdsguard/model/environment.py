"""A root module as it is deployed: where, and with which values."""

from __future__ import annotations

from imdsguard.model.record import record


@record(frozen=True, slots=True)
class Environment:
    """One of the ways in which a root module is deployed: a name, and what Terraform is given for it.

    `var_files` are paths relative to the working directory, weakest first, `variables` are `name=value` texts, which
    count after them. `workspace` is None where nothing is said of it. `account` is any text that names the AWS account,
    "" where nothing does: equal texts are one account.
    """

    name: str
    var_files: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    workspace: str | None = None
    account: str = ""


@record(frozen=True, slots=True)
class Stack:
    """A root module in one of its environments. `environment` is "" for one that is judged without."""

    root: str
    environment: str = ""

    def __str__(self) -> str:
        return f"{self.root} in {self.environment}" if self.environment else self.root
