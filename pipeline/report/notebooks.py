"""Run a notebook of `notebooks/` on a batch, in a process of its own, and write what it shows as HTML that stands alone.

The contracts are secret: the process is spoken to through sockets in a folder that only this user can enter, keeps no
history, and the HTML has neither scripts nor anything from elsewhere.
"""

import asyncio
import os
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from pipeline import errors
from pipeline.errors import PaytermsError, ReportError
from pipeline.report.explain import NOTICE
from pipeline.report.pages import PASSWORD
from pipeline.review.annotated import write_text

try:
    import nbformat
    from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, DeadKernelError
    from nbconvert import HTMLExporter
    from nbformat import NotebookNode
except ImportError as error:
    raise ReportError(
        f"reports need more packages ({error.name}); install them with: pip install 'payterms[report]'"
    ) from error

# The cell that holds a notebook's parameters has this tag, as papermill has it.
PARAMETERS: Final = "parameters"
TEMPLATE: Final = Path(__file__).parent / "template"
LAUNCH: Final = (sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--HistoryManager.enabled=False")
# No window, and no module that happens to lie where the process works.
ENVIRONMENT: Final = {"MPLBACKEND": "agg", "PYTHONSAFEPATH": "1"}


class _Here(KernelSpecManager):  # type: ignore[misc]
    """Knows one kernel: this very Python, whatever kernels the user has registered under the same name."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(argv=list(LAUNCH), display_name=kernel_name, language="python")


@dataclass(frozen=True, slots=True)
class Kernel:
    """A process that runs notebooks, one after the other, the folder that it works in, and its environment."""

    manager: AsyncKernelManager
    folder: Path
    environment: Mapping[str, str]


@contextmanager
def kernel(*, password: str = "") -> Iterator[Kernel]:
    """A process to run notebooks in, which ends with the block; `password` opens contracts that are encrypted."""
    with TemporaryDirectory(prefix="payterms-") as name:
        folder = Path(name)
        manager = AsyncKernelManager(kernel_spec_manager=_Here(), connection_file=str(folder / "kernel.json"))
        if sys.platform != "win32":
            manager.transport, manager.ip = "ipc", str(folder / "kernel")
        try:
            yield Kernel(manager, folder, {**os.environ, **ENVIRONMENT, PASSWORD: password, "IPYTHONDIR": name})
        finally:
            if manager.has_kernel:
                asyncio.run(manager.shutdown_kernel(now=True))


def folder_of_notebooks() -> Path:
    """Where the notebooks stand that come with payterms."""
    package = Path(__file__).resolve().parents[1]
    beside = package.parent / "notebooks"
    return beside if beside.exists() else package / "notebooks"


def render(name: str, parameters: Mapping[str, Any], to: Path, on: Kernel, *, title: str) -> None:
    """Run a notebook with these parameters, and write the file `to` (made with its folders, or replaced).

    Parameters are plain values (text, numbers, lists of them). Raises ReportError if a cell fails, or what payterms itself
    raised there.
    """
    notebook = nbformat.read(folder_of_notebooks() / f"{name}.ipynb", as_version=4)
    write_text(html_of(executed(with_parameters(notebook, parameters), on, name=name), title=title), to)


def with_parameters(notebook: NotebookNode, parameters: Mapping[str, Any]) -> NotebookNode:
    """The notebook with a cell after that of its parameters that gives them other values. Raises ReportError."""
    places = [place for place, cell in enumerate(notebook.cells) if PARAMETERS in cell.metadata.get("tags", ())]
    if not places:
        raise ReportError(f"a notebook has no cell that is tagged {PARAMETERS!r}; give that tag to the cell that sets them")
    source = "\n".join(f"{key} = {value!r}" for key, value in parameters.items())
    notebook.cells.insert(places[0] + 1, nbformat.v4.new_code_cell(source))
    return notebook


def executed(notebook: NotebookNode, on: Kernel, *, name: str = "notebook") -> NotebookNode:
    """The notebook with what its cells showed. Raises ReportError, or what payterms raised in a cell."""
    client = NotebookClient(
        notebook, km=on.manager, timeout=None, resources={"metadata": {"path": str(on.folder)}}, coalesce_streams=True
    )
    try:
        _execute(client, on)
    except CellExecutionError as failed:
        raise _told(failed, name) from failed
    except DeadKernelError as died:
        raise ReportError(f"{name}.ipynb: its process died, mostly for lack of memory; close other programs") from died
    return notebook


def _execute(client: NotebookClient, on: Kernel) -> None:
    """Run the cells in a thread: in the main one the library takes an interruption for itself, and tells it as a death."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        running = thread.submit(asyncio.run, _cells(client, on))
        try:
            running.result()
        except BaseException:
            # The thread ends with the process that it waits for.
            if not running.done():
                asyncio.run(on.manager.shutdown_kernel(now=True))
            raise


async def _cells(client: NotebookClient, on: Kernel) -> None:
    try:
        await client.async_execute(env=dict(on.environment))
    finally:
        if client.kc is not None:
            client.kc.stop_channels()


def _told(failed: CellExecutionError, name: str) -> PaytermsError:
    """What payterms itself raised in a cell is told as elsewhere."""
    known = getattr(errors, failed.ename, None)
    if isinstance(known, type) and issubclass(known, PaytermsError):
        return known(failed.evalue)
    return ReportError(f"{name}.ipynb: a cell failed ({failed.ename}: {failed.evalue}); run it in Jupyter to see where")


def html_of(notebook: NotebookNode, *, title: str) -> str:
    """What the cells of an executed notebook showed, as one page of HTML, without their code."""
    exporter = HTMLExporter(
        template_name=TEMPLATE.name,
        extra_template_basedirs=[str(TEMPLATE.parent)],
        exclude_input=True,
        exclude_output_prompt=True,
    )
    style = (TEMPLATE / "style.css").read_text(encoding="utf-8")
    resources = {"payterms": {"title": title, "style": style, "notice": NOTICE}}
    page, _ = exporter.from_notebook_node(notebook, resources=resources)
    return str(page).rstrip() + "\n"
