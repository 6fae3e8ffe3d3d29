"""A command of partnersync that the bits of files and folders bind, also where root runs the tests."""

import ctypes
import os
import sys

_VERSION_3 = 0x20080522  # of the kernel's interface: two sets of 32 capabilities each


def obey_file_modes() -> None:
    """Give up every capability of this process, among them root's to write what is read-only."""
    if os.geteuid() == 0:
        header, none = (ctypes.c_uint32 * 2)(_VERSION_3, 0), (ctypes.c_uint32 * 6)()
        if ctypes.CDLL(None, use_errno=True).capset(header, none):
            raise OSError(ctypes.get_errno(), "capset")


if __name__ == "__main__":
    from partnersync.cli.main import main

    obey_file_modes()
    main(sys.argv[1:])
