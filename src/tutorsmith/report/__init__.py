"""Reports of a run and of two runs side by side: Markdown, one self-contained HTML page, plots."""

from tutorsmith.report.compare_runs import CompareFiles, compare_runs
from tutorsmith.report.write import ReportFiles, headline, write_report

__all__ = ["CompareFiles", "ReportFiles", "compare_runs", "headline", "write_report"]
