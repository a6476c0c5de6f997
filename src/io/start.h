// start: begins a detached coroutine.
//
// The only way to detach a coroutine (tests/checks/style.py enforces it). An exception that leaves
// one is a bug: it is written to standard error and ends the process with EX_SOFTWARE, as an
// exception in a handler does. No acknowledged mail is lost by that, and a service manager restarts
// the program. If it were swallowed, a slot would stay in use or a client would wait for ever. The
// coroutine owns what it uses, or what it uses outlives `executor`.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <string_view>
#include <utility>

namespace turnaway::io {

namespace asio = boost::asio;

// `what` names the coroutine in the message about the end of the process.
[[noreturn]] void end_process(std::string_view what, const std::exception_ptr& exception) noexcept;

// `what` is a string literal.
template <class Executor>
void start(Executor&& executor, std::string_view what, asio::awaitable<void> work) {
    asio::co_spawn(std::forward<Executor>(executor), std::move(work),
                   [what](const std::exception_ptr& exception) {
                       if (exception) end_process(what, exception);
                   });
}

}  // namespace turnaway::io
