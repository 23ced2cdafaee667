"""What is the same for all contracts of a run. Light to import, as it goes to processes that only hand contracts on."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pipeline.read.sheets import Layout


@dataclass(frozen=True, slots=True)
class Options:
    """How every contract of a run is read; made from the command's options, and handed down to `annotate` as one.

    `password` opens encrypted contracts that need one; `layout` says which pages pdfplumber lays out; `policy` is the text of
    the policy that they are judged by ("" for the default), so that it reaches other machines.
    """

    password: str = ""
    layout: Layout = Layout.FAST
    policy: str = ""


PLAIN: Final = Options()


@dataclass(frozen=True, slots=True)
class Setup:
    """What a worker must know beside the contract.

    `model_folder` is None for the model that comes with payterms (which may stand elsewhere on another machine); `recipe` is
    what `recipe_of` says where the run was started. `memory_mb` is what one contract may take, in 2**20 bytes.
    """

    model_folder: Path | None
    recipe: str
    options: Options
    timeout_s: float
    memory_mb: int
    force: bool = False
