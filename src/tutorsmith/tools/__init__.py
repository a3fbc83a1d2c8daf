"""What a tutor may call instead of reckoning in its head: one table of tools with their schemas."""

from tutorsmith.tools.table import TOOLS, Tool, call_tool, schemas

__all__ = ["TOOLS", "Tool", "call_tool", "schemas"]
