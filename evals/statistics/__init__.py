"""How sure a difference between two settings is; pure numpy, seeded, no I/O."""
