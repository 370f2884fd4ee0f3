"""What can go wrong, as the exit codes of the command line say it (docs/command_line.md)."""


class Error(Exception):
    """Anything that blockscope refuses or fails at; the message is the command line's."""


class UsageError(Error, TypeError):
    """Options that are unknown, missing or do not go together (exit code 2)."""


class InputError(Error, ValueError):
    """Invalid input: a space file, an architecture, a table; names file, line and column (3)."""


class InfeasibleError(Error):
    """A constraint that no architecture of the space can meet (4)."""


class DeviceError(Error):
    """A device that was lost or timed out (5)."""


class UntrustedError(Error):
    """Done, but a result cannot be trusted, and strict=True was said (6)."""


class RunError(Error, RuntimeError):
    """Failed while running: an unwritable directory, a full disk (1)."""


class BlockscopeWarning(UserWarning):
    """What the command line prints behind `warning:`."""


OF_EXIT_CODE = {1: RunError, 2: UsageError, 3: InputError, 4: InfeasibleError, 5: DeviceError,
                6: UntrustedError}
