"""The errors of debatebot.

    DebatebotError
    ├── SettingsError    a setting that is unknown or out of bounds
    ├── ModelError       model files missing, damaged or not the ones named
    ├── InputError       a stance, question or option that cannot be used
    ├── DocumentError    a file that cannot be read, or a document that is not there
    ├── CorrectionError  a correction that cannot be read or kept
    └── LibraryError     the stored library cannot be used as it is
        ├── OutdatedError    it was made with another model, or another way of cutting texts
        ├── BusyError        another process is writing it
        └── DamagedError     its file is damaged; it can be made again from the corpus

Every message says what happened, to what, and what to do about it. The command line prints it as
one line and exits with 1; the web page shows it in the answer's place.
"""


class DebatebotError(Exception):
    """Base of all errors that a user's input or files can cause."""


class SettingsError(DebatebotError):
    """A setting is unknown, of the wrong type or out of bounds."""


class ModelError(DebatebotError):
    """A model's files are missing, damaged or not the ones that were named."""


class InputError(DebatebotError):
    """A stance, question or option cannot be used."""


class DocumentError(DebatebotError):
    """A file cannot be read as a document, or no such document is in the library."""


class CorrectionError(DebatebotError):
    """A correction of evidence, or a file of them, cannot be read or kept."""


class LibraryError(DebatebotError):
    """The stored library cannot be used as it is."""


class OutdatedError(LibraryError):
    """The library was made with another model, or another way of reading or cutting texts; it has to be made again."""


class BusyError(LibraryError):
    """Another process is writing the library, and it was not to be waited for any longer."""


class DamagedError(LibraryError):
    """The library's file is damaged; it can be made again from the corpus."""
