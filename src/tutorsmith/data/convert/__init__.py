"""Samples from and to the formats of other tools: `convert_files`; `table.FORMATS` lists them."""

from tutorsmith.data.convert.rows import Source
from tutorsmith.data.convert.run import Converted, ConvertOptions, convert_files
from tutorsmith.data.convert.table import FORMATS, WRITABLE

__all__ = ["FORMATS", "WRITABLE", "ConvertOptions", "Converted", "Source", "convert_files"]
