// The refusing session with a buffer before it, as a driver would have: bytes in, what the host
// says out. For tests and fuzz targets; the host is www.example.org.
#pragma once

#include <string>
#include <string_view>

#include "base/check.h"
#include "smtp/refuse_session.h"

namespace turnaway::dialogue {

class RefuseHost {
  public:
    explicit RefuseHost(smtp::RefuseStage stage) : session_(stage) {}

    std::string greet() { return std::string(replies()[session_.greet()]); }

    // What the host says to these bytes, behind those it has not consumed yet.
    std::string take(std::string_view bytes) {
        std::string said;
        buffer_ += bytes;
        std::string_view rest = buffer_;
        while (!session_.is_over() && !rest.empty()) {
            const auto step = session_.next(rest);
            TURNAWAY_CHECK(step.consumed <= rest.size());
            // Whoever answers has consumed, or this loop would not end.
            TURNAWAY_CHECK(!step.says || step.consumed > 0 || session_.is_over());
            if (step.says) said += replies()[*step.says];
            rest.remove_prefix(step.consumed);
            if (!step.says) break;
        }
        buffer_.erase(0, buffer_.size() - rest.size());
        return said;
    }

    // The same in pieces of at most `piece_bytes`.
    std::string take_in_pieces(std::string_view bytes, std::size_t piece_bytes) {
        std::string said;
        for (; !bytes.empty() && !is_over(); bytes.remove_prefix(piece_bytes)) {
            piece_bytes = std::min(piece_bytes, bytes.size());
            said += take(bytes.substr(0, piece_bytes));
        }
        return said;
    }

    bool is_over() const { return session_.is_over(); }
    const smtp::RefuseSession& session() const { return session_; }
    smtp::RefuseSession& session() { return session_; }
    std::size_t unread_bytes() const { return buffer_.size(); }

    static const smtp::RefuseReplies& replies() {
        static const smtp::RefuseReplies all("www.example.org");
        return all;
    }

  private:
    smtp::RefuseSession session_;
    std::string buffer_;
};

}  // namespace turnaway::dialogue
