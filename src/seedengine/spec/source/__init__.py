"""The text of a spec, read strictly: plain data, and the place in the file of everything in it."""

from seedengine.spec.source.composer import MAX_NODES
from seedengine.spec.source.document import Document, Place, compose
from seedengine.spec.source.text import MAX_BYTES, Source, read

__all__ = ["MAX_BYTES", "MAX_NODES", "Document", "Place", "Source", "compose", "read"]
