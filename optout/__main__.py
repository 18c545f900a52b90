"""`python -m optout`: the form that schedulers call."""

import sys

from optout.cli import main

if __name__ == "__main__":
    sys.exit(main())
