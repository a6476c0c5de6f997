#include "gate/standard_streams.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <string>

namespace turnaway::gate {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

base::Result<void> adopt(asio::posix::stream_descriptor& stream, int fd, const std::string& title) {
    struct stat status = {};
    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
        return std::unexpected(
            base::Error{base::Fault::usage,
                        title + " is a file: the filter is started by smtpd, or with pipes"});
    }
    const int own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    if (own < 0) return base::fail_errno(base::Fault::io, title);
    error_code error;
    if (!stream.assign(own, error)) return {};
    close(own);
    return std::unexpected(base::Error{base::Fault::io, title + ": " + error.message()});
}

}  // namespace

base::Result<std::unique_ptr<StandardStreams>> StandardStreams::open(asio::io_context& loop,
                                                                     int input, int output) {
    std::unique_ptr<StandardStreams> streams(new StandardStreams(loop));
    if (auto done = adopt(streams->input_, input, "standard input"); !done) {
        return std::unexpected(done.error());
    }
    if (auto done = adopt(streams->output_, output, "standard output"); !done) {
        return std::unexpected(done.error());
    }
    return streams;
}

Peer::Done<void> StandardStreams::read(Take take, const daemon::ProgressTimeout&) {
    std::array<char, 4096> buffer;
    std::size_t bytes = 0;
    do {
        error_code error;
        bytes = co_await input_.async_read_some(asio::buffer(buffer),
                                                asio::redirect_error(asio::use_awaitable, error));
        if (error == asio::error::eof) co_return std::unexpected(io::Failure::closed);
        if (error) co_return std::unexpected(io::Failure::broken);
    } while (take({buffer.data(), bytes}));
    co_return std::expected<void, io::Failure>{};
}

Peer::Done<void> StandardStreams::write(std::string_view bytes, std::chrono::milliseconds) {
    while (!bytes.empty()) {
        error_code error;
        const auto written =
            co_await output_.async_write_some(asio::buffer(bytes.data(), bytes.size()),
                                              asio::redirect_error(asio::use_awaitable, error));
        if (error) co_return std::unexpected(io::Failure::broken);
        bytes.remove_prefix(written);
    }
    co_return std::expected<void, io::Failure>{};
}

// Both are closed with this object.
asio::awaitable<void> StandardStreams::close() {
    input_.cancel();
    co_return;
}

}  // namespace turnaway::gate
