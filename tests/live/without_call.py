"""A kernel that lacks a system call, as a program started after `forbid` sees it. x86-64 numbers."""
import ctypes
import struct

LANDLOCK_CREATE_RULESET, SECCOMP = 444, 317
# What a filter is made of (linux/filter.h, seccomp(2)).
LOAD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
FAIL_WITH_ENOSYS, ALLOW = 0x00050000 | 38, 0x7FFF0000
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, MODE_FILTER = 22, 38, 2


def forbid(call):
    """From here on the system call fails as on a kernel without it."""
    steps = [(LOAD, 0, 0, 0), (JUMP_IF_EQUAL, 0, 1, call), (RETURN, 0, 0, FAIL_WITH_ENOSYS),
             (RETURN, 0, 0, ALLOW)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = struct.pack("HxxxxxxP", len(steps), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    if (libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 or
            libc.prctl(PR_SET_SECCOMP, MODE_FILTER, ctypes.create_string_buffer(program)) != 0):
        raise OSError(ctypes.get_errno(), "cannot set a filter")
