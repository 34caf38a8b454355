"""The files of a new review, written from templates: all of them, or none."""

from __future__ import annotations

import datetime
import json
import os
import subprocess
from pathlib import Path

import jinja2

import livingreview
from livingreview.evidence.writing import format_rows
from livingreview.files import DESCRIPTOR, put_folder
from livingreview.starting.answers import TEMPLATES, UNNAMED, Answers, StartError
from livingreview.starting.package import describe_package, first_rows

FRONT = """---
jupytext:
  text_representation:
    extension: .md
    format_name: myst
    format_version: 0.13
    jupytext_version: 1.16.4
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---"""
# A template is named as its file, but for `dot.` in a point's place and `.in` behind what is Python.
OF_CLASS = {"class.md": "", "class-evidence.md": "-evidence"}  # written once for each class
ENGINE = ("pyproject.toml", "requirements.txt", "Makefile")  # by which a folder is the engine's


def find_engine(folder: Path | None = None) -> Path:
    """The folder of the engine, on which the new review will depend: that of this command unless given.

    Raises
    ------
    StartError
        If it holds no engine, as where only its package was installed.
    """
    engine = (folder or Path(livingreview.__file__).parents[1]).resolve()
    if missing := [name for name in ENGINE if not (engine / name).is_file()]:
        msg = (
            f"--engine: found {engine} without {', '.join(missing)}; expected the folder of the engine's "
            "project; to mend: name it with --engine FOLDER"
        )
        raise StartError(msg)
    return engine


def require_room(folder: Path) -> Path:
    """The folder, whole; StartError where it holds anything."""
    folder = folder.resolve()
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        msg = f"found {folder} with something in it; expected a new or an empty folder; to mend: name another"
        raise StartError(msg)
    return folder


def write_project(folder: Path, answers: Answers, *, engine: Path, today: datetime.date) -> Path:
    """Write a new review into a folder that is empty or not there; returns it.

    Raises
    ------
    StartError
        If there is anything in the folder; nothing was written then.
    """
    folder = require_room(folder)
    files = _pages(answers, os.path.relpath(engine, folder), today) | _data(answers)
    put_folder({name: text.encode() for name, text in files.items()}, folder)
    return folder


def keep_history(folder: Path) -> str:
    """Make the folder a git repository with a first commit, by which changes are taken back; says how.

    A folder within another repository is left to that one.
    """
    undo = "`git checkout data` takes back what is not committed"
    try:
        if _git(folder, "rev-parse", "--is-inside-work-tree"):
            return f"it stands in a git repository: commit it there; then {undo}"
        if _git(folder, "init") and _git(folder, "add", "--all"):
            if _git(folder, "commit", "--quiet", "--message", "A new review"):
                return f"it is a git repository (git init), its files are committed: {undo}"
            return (
                "it is a git repository (git init), its files are added and not committed yet (git may not "
                f"know who you are): git commit -m 'A new review'; {undo}"
            )
    except OSError:
        pass  # git is not on this machine
    return f"it is no git repository yet: run `git init`, `git add .` and `git commit` in it; then {undo}"


def _git(folder: Path, *words: str) -> bool:
    """Whether git did it there, and not in a repository that the environment names, as hooks do."""
    places = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
    own = {name: value for name, value in os.environ.items() if name not in places}
    done = subprocess.run(["git", "-C", str(folder), *words], env=own, capture_output=True, check=False)
    return done.returncode == 0


def _pages(answers: Answers, engine: str, today: datetime.date) -> dict[str, str]:
    """Every file but the data, by its path."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        variable_start_string="<<",
        variable_end_string=">>",
        block_start_string="<%",
        block_end_string="%>",
        comment_start_string="<#",
        comment_end_string="#>",
    )
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    values = {
        "front": FRONT,
        "title": answers.title,
        "authors": answers.authors or (UNNAMED,),
        "classes": answers.classes,
        "groups": answers.groups,
        "engine": engine,
        "year": today.year,
        "day": today.isoformat(),
        "version": f"{today.year}.{today.month}.0",
    }
    files = {}
    for path in sorted(path for path in TEMPLATES.rglob("*") if path.is_file()):
        template = path.relative_to(TEMPLATES)
        target = Path(template.as_posix().replace("dot.", ".").removesuffix(".in"))
        made = {target: None}
        if path.name in OF_CLASS:
            made = {target.with_name(f"{name.id}{OF_CLASS[path.name]}.md"): name for name in answers.classes}
        for file, name in made.items():
            files[file.as_posix()] = environment.get_template(template.as_posix()).render(values, name=name)
    return files


def _data(answers: Answers) -> dict[str, str]:
    """The data package, by path: the descriptor, and a table each."""
    package, rows = describe_package(answers), first_rows(answers)
    files = {f"data/{DESCRIPTOR}": json.dumps(package, indent=2, ensure_ascii=False) + "\n"}
    for table in package["resources"]:
        columns = [field["name"] for field in table["schema"]["fields"]]
        files[f"data/{table['path']}"] = format_rows([columns, *rows.get(table["name"], [])])
    return files
