"""Rows as files in a folder, none of which ever has its name before it is whole."""

from seedengine.targets.files.folder import OutputFolder, open_folder, writing
from seedengine.targets.files.manifest import Part
from seedengine.targets.files.shape import Compression, Format, Shape
from seedengine.targets.files.write import Written, append_file, measure, write_file

__all__ = [
    "Compression",
    "Format",
    "OutputFolder",
    "Part",
    "Shape",
    "Written",
    "append_file",
    "measure",
    "open_folder",
    "write_file",
    "writing",
]
