"""`python -m spobet`: the same as the command `spobet`."""

from spobet.cli import main

main()
