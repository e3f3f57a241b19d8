"""A compiled module of scipy by its file, without the packages around it, whose import takes tenths of a second."""

from __future__ import annotations

from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader
from importlib.util import find_spec, module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType


def compiled(name: str) -> ModuleType | None:
    """The module of that name, such as scipy.signal._sigtools; None where this version of scipy has no such file."""
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
