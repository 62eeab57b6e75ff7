"""The first floor: tables and nothing else."""
