"""The files of a new review, written from templates: all of them, or none."""

from __future__ import annotations

import datetime
import json
import os
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


def write_project(folder: Path, answers: Answers, *, engine: Path, today: datetime.date) -> Path:
    """Write a new review into a folder that is empty or not there; returns it.

    Raises
    ------
    StartError
        If there is anything in the folder; nothing was written then.
    """
    folder = folder.resolve()
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        msg = f"found {folder} with something in it; expected a new or an empty folder; to mend: name another"
        raise StartError(msg)
    files = _pages(answers, os.path.relpath(engine, folder), today) | _data(answers)
    put_folder({name: text.encode() for name, text in files.items()}, folder)
    return folder


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
