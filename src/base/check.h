// TURNAWAY_CHECK: a promise inside the program, kept in release builds too.
//
// Never for what a peer, a user or the system can cause. A broken promise ends the program at once
// with file and line.
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
