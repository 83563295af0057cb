"""What a database holds after a run that was killed, cut off or not alone. `README.md` says how to run it."""
