"""UserError: what a user can mend. Anything else is our fault and keeps its traceback."""

from __future__ import annotations


class UserError(ValueError):
    """Input that a user can mend: the message says where, what was expected and what came.

    The command line prints it as one line and exits with status 2.
    """


class NotFound(UserError, FileNotFoundError):
    """A file or folder that was named is not there."""


class AlreadyThere(UserError, FileExistsError):
    """A file or folder that would be written is there already."""


class UnknownName(UserError, KeyError):
    """A name that was given stands for nothing here."""

    __str__ = ValueError.__str__  # KeyError would print the message in quotes
