"""What every layer may use: errors, artifacts, settings, progress, lookup. Knows no machine learning."""
