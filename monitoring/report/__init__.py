"""The report of a period: charts on residuals, alarms, capability and decisions as one page."""
