"""Documents of office programs and the web -> blocks in reading order: `read_document`, `table.READERS`."""

from tutorsmith.data.documents.block import Block, Document
from tutorsmith.data.documents.table import READERS, read_document

__all__ = ["READERS", "Block", "Document", "read_document"]
