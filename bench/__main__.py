"""`python -m bench` and `make bench`."""

import sys

from bench.run import main

sys.exit(main())
