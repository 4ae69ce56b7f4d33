"""Load one root module: its description, what is given to it, and the surroundings of its evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.terraform.source.evaluation import Evaluation
from imdsguard.terraform.source.files import RepositoryFiles
from imdsguard.terraform.source.tree import ModuleTree
from imdsguard.terraform.source.variables import given_values

if TYPE_CHECKING:
    from imdsguard.terraform.inputs import Inputs
    from imdsguard.terraform.source.source_cache import SourceCache


def load(folder: str, library: SourceCache, inputs: Inputs) -> ModuleTree:
    """Load the root module in `folder` (a real path). Nothing is evaluated yet."""
    evaluation = Evaluation(RepositoryFiles(folder, library.boundary, library.label), inputs.workspace)
    return ModuleTree(folder, library, evaluation, given_values(folder, inputs, library))
