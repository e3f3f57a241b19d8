"""Compiled modules of scipy loaded by file, without the slow imports of their packages."""

from __future__ import annotations

from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader
from importlib.util import find_spec, module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType


def compiled(name: str) -> ModuleType | None:
    """Return the module of that name, such as scipy.signal._sigtools; None if scipy has no such file."""
    top, *between, stem = name.split(".")
    package = find_spec(top)
    folders = [] if package is None else package.submodule_search_locations or []
    files = [Path(folder, *between, stem + suffix) for folder in folders for suffix in EXTENSION_SUFFIXES]
    file = next((file for file in files if file.is_file()), None)
    spec = None if file is None else spec_from_loader(name, ExtensionFileLoader(name, str(file)))
    if spec is None or spec.loader is None:
        return None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
