"""The command line as `python -m nonferrous`."""

from nonferrous import main

main()
