// TURNAWAY_CHECK: an invariant of the program, checked in release builds too.
//
// Not for anything that a peer, a user or the system can cause. A violation ends the program at
// once with file and line.
#pragma once

#include <cstdio>
#include <cstdlib>

#define TURNAWAY_CHECK(condition)                                                               \
    do {                                                                                        \
        if (!(condition)) [[unlikely]] {                                                        \
            std::fprintf(stderr, "turnaway: broken promise at %s:%d: %s\n", __FILE__, __LINE__, \
                         #condition);                                                           \
            std::abort();                                                                       \
        }                                                                                       \
    } while (false)
