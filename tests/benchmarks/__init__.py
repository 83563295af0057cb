"""How fast the tool is, beside what one would use instead. `README.md` says how to run it and what it measures."""
