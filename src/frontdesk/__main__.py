"""`python -m frontdesk` is `frontdesk`."""

from frontdesk.entrypoints.cli import main

main()
