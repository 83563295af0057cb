"""From generation to files: parts of tables, made one after the other or by several processes."""

from seedengine.exporting.export import Export, export

__all__ = ["Export", "export"]
