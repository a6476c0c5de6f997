// DeadlineWatch: the two deadlines of a connection, one for reading and one for writing.
//
// One timer serves both and is set again only if it must fire earlier, so a read that ends in time
// costs no timer operation. When a deadline passes, all operations on the socket are cancelled
// repeatedly until they have ended: an operation of several steps may be between two of them, where
// cancelling has no effect. A separate object, because the timer's handler may run once after the
// connection is destroyed.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>

namespace turnaway::io {

class DeadlineWatch : public std::enable_shared_from_this<DeadlineWatch> {
  public:
    using Clock = std::chrono::steady_clock;
    enum class Side { read, write };

    explicit DeadlineWatch(boost::asio::ip::tcp::socket* socket);

    void begin(Side side, std::chrono::milliseconds wait);
    // True if the deadline had passed.
    bool end(Side side);
    // Ends active operations like a passed deadline, but not as a timeout.
    void cancel();
    // The socket is about to be destroyed.
    void detach();

  private:
    struct Deadline {
        Clock::time_point by = Clock::time_point::max();
        bool has_passed = false;
        bool is_cancelled = false;
    };
    Deadline& of(Side side) { return side == Side::read ? read_ : write_; }
    void arm();
    void ring();

    boost::asio::ip::tcp::socket* socket_;
    boost::asio::steady_timer timer_;
    Clock::time_point armed_for_ = Clock::time_point::max();
    Deadline read_;
    Deadline write_;
};

}  // namespace turnaway::io
