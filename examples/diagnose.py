#!/usr/bin/env python3
"""diagnose: who did not get a mail, and why, from bounces in files, with libturnaway by ctypes.

    ./diagnose.py bounce.eml ...
"""
import ctypes
import json
import pathlib
import sys

turnaway = ctypes.CDLL("libturnaway.so.1")
turnaway.turnaway_diagnose.restype = ctypes.c_void_p
turnaway.turnaway_diagnose.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
turnaway.turnaway_result_count.restype = ctypes.c_size_t
turnaway.turnaway_result_count.argtypes = [ctypes.c_void_p]
turnaway.turnaway_result_json.restype = ctypes.c_char_p
turnaway.turnaway_result_json.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
turnaway.turnaway_result_free.argtypes = [ctypes.c_void_p]


def diagnose(message):
    """The fields of turnaway(3) as dicts, one for each recipient, of a message in bytes."""
    result = turnaway.turnaway_diagnose(message, len(message))
    if not result:
        raise MemoryError
    try:
        return [json.loads(turnaway.turnaway_result_json(result, i)) for i in range(turnaway.turnaway_result_count(result))]
    finally:
        turnaway.turnaway_result_free(result)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        for found in diagnose(pathlib.Path(name).read_bytes()):
            print(f"{name}: {found['kind']} {found.get('recipient', '-')} {found.get('reason', '-')}")
