"""The command line as `python -m nonferrous`."""

from nonferrous.command_line import main

main()
