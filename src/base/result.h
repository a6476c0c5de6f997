// Result<T>: a value, or the reason why the environment did not provide it.
//
// For failures of the environment: files, sockets, configuration, arguments. A peer's refusal or a
// verdict is never an Error; it has a separate type. The message is one sentence that a user can
// act on and already contains its location (file, line, key). Parsers of protocol text use
// std::expected with their own small enum instead: they must not allocate.
#pragma once

#include <cerrno>
#include <cstring>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace turnaway::base {

// The kind decides the exit status (sysexits.h), the message is for the user.
enum class Fault {
    usage,        // wrong command line: EX_USAGE 64
    data,         // input is not valid: EX_DATAERR 65
    no_input,     // a named file cannot be read: EX_NOINPUT 66
    unavailable,  // something we depend on is missing: EX_UNAVAILABLE 69
    software,     // an internal error: EX_SOFTWARE 70
    system,       // the operating system refused: EX_OSERR 71
    io,           // reading or writing failed midway: EX_IOERR 74
    permission,   // a permission is missing: EX_NOPERM 77
    config,       // the configuration is wrong: EX_CONFIG 78
};

constexpr int exit_code(Fault fault) {
    switch (fault) {
        case Fault::usage:
            return 64;
        case Fault::data:
            return 65;
        case Fault::no_input:
            return 66;
        case Fault::unavailable:
            return 69;
        case Fault::software:
            return 70;
        case Fault::system:
            return 71;
        case Fault::io:
            return 74;
        case Fault::permission:
            return 77;
        case Fault::config:
            return 78;
    }
    return 70;
}

struct Error {
    Fault fault = Fault::software;
    std::string message;
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(Fault fault, std::string message) {
    return std::unexpected(Error{fault, std::move(message)});
}

// "what: strerror(errno)"; read errno before anything else can change it.
inline std::unexpected<Error> fail_errno(Fault fault, std::string_view what, int error = errno) {
    return fail(fault, std::string(what) + ": " + std::strerror(error));
}

}  // namespace turnaway::base
