"""Benchmarks: not part of the wheel. ``python -m benchmarks.run`` drives the floors and the service in one run."""
