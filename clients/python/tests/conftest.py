"""Says at the end what was compared."""

SAME_BYTES = "same bytes"


def pytest_terminal_summary(terminalreporter):
    counts = [
        count
        for report in terminalreporter.getreports("passed")
        for name, count in report.user_properties
        if name == SAME_BYTES
    ]
    if counts:
        compared = f"{sum(counts)} sketches in {len(counts)} configurations (JDK, Vector API, spec)"
        terminalreporter.write_line(f"{compared}: same bytes")
