"""Running the one chapter of a small project."""

from livingreview.execution import Store, execute_chapters


def run(root, path, engine="fork", **more):
    """The chapter, run with what is kept of it beside the project."""
    return execute_chapters(root, [path], store=Store(root / "_build" / ".chapters"), engine=engine, **more)[
        path
    ]
