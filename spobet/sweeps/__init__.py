"""Sweeps: many runs of one experiment, compared; each run a process that may die."""
