#include "cli/audit_html.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string_view>
#include <utility>

#include "base/printable.h"

namespace turnaway::cli {
namespace {

constexpr std::size_t shown_bytes_most = 200;
constexpr mode_t mode_most = 0666;

std::string shown(std::string_view text) {
    std::string out;
    base::append_printable(out, text, shown_bytes_most);
    return out;
}

// "2026-11-25 16:20 UTC".
std::string now_in_words() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::array<char, 32> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M UTC", &parts);
    return {text.data(), size};
}

// mkostemp makes a file for its owner alone; a report gets what any new file gets.
void give_usual_mode(int descriptor) {
    const mode_t mask = umask(0);
    umask(mask);
    (void)fchmod(descriptor, mode_most & ~mask);
}

}  // namespace

AuditHtml::AuditHtml(std::string path, std::string draft, int descriptor)
    : path_(std::move(path)),
      draft_(std::move(draft)),
      descriptor_(descriptor),
      report_({.made = now_in_words(), .made_by = "turnaway " TURNAWAY_VERSION}) {}

base::Result<std::unique_ptr<AuditHtml>> AuditHtml::open(const std::string& path) {
    std::string draft = path + ".XXXXXX";
    const int descriptor = mkostemp(draft.data(), O_CLOEXEC);
    if (descriptor < 0) return base::fail_errno(base::Fault::io, "cannot write " + shown(path));
    give_usual_mode(descriptor);
    return std::unique_ptr<AuditHtml>(new AuditHtml(path, std::move(draft), descriptor));
}

AuditHtml::~AuditHtml() {
    ::close(descriptor_);
    if (!draft_.empty()) ::unlink(draft_.c_str());
}

void AuditHtml::add(const park::AuditResult& result) {
    const std::lock_guard lock(mutex_);
    report_.add(result);
}

base::Result<void> AuditHtml::write() {
    const std::string page = report_.finish();
    for (std::string_view rest = page; !rest.empty();) {
        const ssize_t taken = ::write(descriptor_, rest.data(), rest.size());
        if (taken < 0 && errno == EINTR) continue;
        if (taken < 0) return base::fail_errno(base::Fault::io, "cannot write " + shown(path_));
        rest.remove_prefix(static_cast<std::size_t>(taken));
    }
    if (std::rename(draft_.c_str(), path_.c_str()) != 0) {
        return base::fail_errno(base::Fault::io, "cannot write " + shown(path_));
    }
    draft_.clear();
    return {};
}

}  // namespace turnaway::cli
