#!/usr/bin/env python3
"""explain: the meaning of each reply on standard input, with libturnaway by ctypes.

    echo '550 5.1.10 Recipient address has null MX' | ./explain.py
"""
import ctypes
import json
import sys

turnaway = ctypes.CDLL("libturnaway.so.1")
turnaway.turnaway_explain.restype = ctypes.c_void_p
turnaway.turnaway_explain.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
turnaway.turnaway_result_error.restype = ctypes.c_char_p
turnaway.turnaway_result_error.argtypes = [ctypes.c_void_p]
turnaway.turnaway_result_json.restype = ctypes.c_char_p
turnaway.turnaway_result_json.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
turnaway.turnaway_result_free.argtypes = [ctypes.c_void_p]


def explain(reply):
    """The fields of turnaway(3) as a dict; ValueError says what is wrong with the reply."""
    text = reply.encode()
    result = turnaway.turnaway_explain(text, len(text))
    if not result:
        raise MemoryError
    try:
        if error := turnaway.turnaway_result_error(result):
            raise ValueError(error.decode())
        return json.loads(turnaway.turnaway_result_json(result, 0))
    finally:
        turnaway.turnaway_result_free(result)


if __name__ == "__main__":
    for line in sys.stdin:
        try:
            found = explain(line.rstrip("\n"))
            print(f"{line.strip()}\n    {found['answer']}\n    {found['advice']} ({found['who_acts']})")
        except ValueError as error:
            print(f"{line.strip()}\n    {error}")
