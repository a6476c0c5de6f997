#include "spool/sqlite/write_ahead_log.h"

#include <cstdint>
#include <fstream>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

namespace turnaway::spool {
namespace {

constexpr std::size_t head_bytes = 32;
constexpr std::size_t frame_head_bytes = 24;
constexpr std::uint32_t magic = 0x377f0682;  // the lowest bit: checksums of big-endian words
constexpr std::uint32_t format_version = 3007000;
constexpr std::uint32_t usual_page_bytes = 4096;
// A greater page number means damage: it would be a spool of 4 TB.
constexpr std::uint64_t pages_max = std::uint64_t{1} << 30;

std::uint32_t big_endian(std::string_view bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i)
        value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

void put_big_endian(std::string* bytes, std::size_t at, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i) (*bytes)[at + i] = static_cast<char>(value >> (24 - 8 * i));
}

std::uint32_t little_endian(std::string_view bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = 4; i-- > 0;)
        value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return value;
}

// The running checksum of the log.
struct LogSum {
    std::uint32_t first = 0;
    std::uint32_t second = 0;
    bool operator==(const LogSum&) const = default;

    void add(std::string_view bytes, bool is_big_endian) {
        const auto word = is_big_endian ? big_endian : little_endian;
        for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
            first += word(bytes, at) + second;
            second += word(bytes, at + 4) + first;
        }
    }
};

struct LogHead {
    bool is_big_endian;
    std::size_t page_bytes;
    std::string salts;
    LogSum sum;
};

// Nothing: it is damaged.
std::optional<LogHead> parse_head(std::string_view head) {
    if ((big_endian(head, 0) & ~1U) != magic || big_endian(head, 4) != format_version) {
        return std::nullopt;
    }
    LogHead parsed{.is_big_endian = (big_endian(head, 0) & 1U) != 0,
                   .page_bytes = big_endian(head, 8),
                   .salts = std::string(head.substr(16, 8)),
                   .sum = {}};
    const bool is_size = parsed.page_bytes >= 512 && parsed.page_bytes <= 65536 &&
                         (parsed.page_bytes & (parsed.page_bytes - 1)) == 0;
    if (!is_size) return std::nullopt;
    parsed.sum.add(head.substr(0, 24), parsed.is_big_endian);
    const LogSum written{big_endian(head, 24), big_endian(head, 28)};
    return parsed.sum == written ? std::optional(parsed) : std::nullopt;
}

// A frame with its page; `is_whole` while this frame and all before it are valid.
struct Frame {
    const std::string& bytes;
    bool is_of_this_log;
    bool is_whole;
    bool ends_commit;
};

// A header that matches the frames, if the written one is damaged: the database has pages of 4 KiB.
std::string head_for(std::string_view first_frame) {
    std::string head(head_bytes, '\0');
    put_big_endian(&head, 0, magic);
    put_big_endian(&head, 4, format_version);
    put_big_endian(&head, 8, usual_page_bytes);
    head.replace(16, 8, first_frame.substr(8, 8));
    LogSum sum;
    sum.add(std::string_view(head).substr(0, 24), false);
    put_big_endian(&head, 24, sum.first);
    put_big_endian(&head, 28, sum.second);
    return head;
}

// A log open for reading, positioned after its header.
struct Log {
    std::ifstream in;
    std::string head = {};
    std::optional<LogHead> parsed = {};  // nothing: there is no log, or its header is damaged
    bool has_frames = false;
};

Log open_log(const std::string& file) {
    Log log{.in = std::ifstream(file, std::ios::binary)};
    log.head.assign(head_bytes, '\0');
    if (!log.in.read(log.head.data(), static_cast<std::streamsize>(head_bytes))) return log;
    log.has_frames = log.in.peek() != std::ifstream::traits_type::eof();
    log.parsed = parse_head(log.head);
    return log;
}

base::Result<void> each_frame(Log& log, const std::string& file,
                              const std::function<void(const Frame&)>& each) {
    const LogHead& head = *log.parsed;
    LogSum sum = head.sum;
    bool is_whole = true;
    std::string bytes(frame_head_bytes + head.page_bytes, '\0');
    while (log.in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()))) {
        const std::string_view view = bytes;
        const bool is_of_this_log = view.substr(8, 8) == head.salts && big_endian(view, 0) != 0;
        sum.add(view.substr(0, 8), head.is_big_endian);
        sum.add(view.substr(frame_head_bytes), head.is_big_endian);
        const LogSum written{big_endian(view, 16), big_endian(view, 20)};
        is_whole = is_whole && is_of_this_log && sum == written;
        each({bytes, is_of_this_log, is_whole, big_endian(view, 4) != 0});
    }
    if (log.in.bad()) {
        return base::fail(base::Fault::io, "cannot read the write-ahead log " + file);
    }
    return {};
}

}  // namespace

base::Result<LogFindings> look_at_log(const std::string& file) {
    Log log = open_log(file);
    LogFindings findings;
    if (!log.parsed) {
        // The header is synced before the first frame is written.
        findings.state = log.has_frames ? LogState::damaged : LogState::whole;
        return findings;
    }
    bool has_commit_behind = false;
    bool goes_on_behind = false;
    const auto looked = each_frame(log, file, [&](const Frame& frame) {
        if (frame.is_whole) {
            ++findings.frames;
        } else if (frame.is_of_this_log) {
            ++findings.behind;
            goes_on_behind = goes_on_behind || has_commit_behind;
            has_commit_behind = has_commit_behind || frame.ends_commit;
        }
    });
    if (!looked) return std::unexpected(looked.error());
    if (findings.behind > 0) {
        findings.state = goes_on_behind ? LogState::damaged : LogState::cut_off;
    }
    return findings;
}

base::Result<void> apply_log(const std::string& file, const std::string& database) {
    Log log = open_log(file);
    if (!log.has_frames) return {};
    if (!log.parsed) {
        std::string first(frame_head_bytes, '\0');
        if (!log.in.read(first.data(), static_cast<std::streamsize>(first.size()))) return {};
        log.in.seekg(static_cast<std::streamoff>(head_bytes));
        log.parsed = parse_head(head_for(first));
    }
    std::ofstream(database, std::ios::app).close();  // if it is missing
    std::fstream out(database, std::ios::binary | std::ios::in | std::ios::out);
    std::vector<std::string> commit;  // the frames of an unfinished commit
    const auto done = each_frame(log, file, [&](const Frame& frame) {
        if (!frame.is_of_this_log) return;
        commit.push_back(frame.bytes);
        if (!frame.ends_commit) return;
        for (const std::string& each : commit) {
            const std::uint64_t page = big_endian(each, 0);
            if (page > pages_max) continue;
            out.seekp(static_cast<std::streamoff>((page - 1) * log.parsed->page_bytes));
            out.write(each.data() + frame_head_bytes,
                      static_cast<std::streamsize>(log.parsed->page_bytes));
        }
        commit.clear();
    });
    if (!done) return done;
    out.close();
    if (!out) return base::fail(base::Fault::io, "cannot write " + database);
    return {};
}

}  // namespace turnaway::spool
