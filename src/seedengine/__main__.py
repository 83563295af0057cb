"""`python -m seedengine`, the same as the command `seedengine`."""

from seedengine.cli import main

if __name__ == "__main__":
    main()
