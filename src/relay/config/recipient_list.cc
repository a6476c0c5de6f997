#include "relay/config/recipient_list.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <fstream>
#include <utility>

#include "base/printable.h"
#include "base/text.h"

namespace turnaway::relay {
namespace {

constexpr std::size_t file_bytes_max = std::size_t{64} * 1024 * 1024;
constexpr std::size_t shown_bytes_max = 80;

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) { return base::to_lower(c); });
    return text;
}

std::string key_of(std::string local, const mail::Address& address) {
    local += '@';
    local += address.host_text();
    return local;
}

std::unexpected<base::Error> fault_at(const std::string& file, std::size_t number,
                                      std::string_view line, mail::AddressError error) {
    std::string words = file + ':' + std::to_string(number) + ": \"";
    base::append_printable(words, line, shown_bytes_max);
    words += "\" is not an address: ";
    words += mail::describe(error);
    return base::fail(base::Fault::config,
                      words + "; allowed: user@example.org, or @example.org for every user");
}

}  // namespace

base::Result<RecipientList> RecipientList::parse(std::string_view text, const std::string& file) {
    RecipientList list;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        line = base::trim(line.substr(0, line.find('#')));
        if (line.ends_with('\r')) line = base::trim(line.substr(0, line.size() - 1));
        if (line.empty()) continue;
        if (line.front() == '@') {
            const auto domain = mail::Domain::parse(line.substr(1));
            if (!domain) return fault_at(file, number, line, domain.error());
            list.domains_.insert(domain->text());
            continue;
        }
        const auto address = mail::Address::parse(line);
        if (!address) return fault_at(file, number, line, address.error());
        list.users_.insert(key_of(lower(address->local_part_unquoted()), *address));
    }
    return list;
}

base::Result<RecipientList> RecipientList::load(const std::string& path) {
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    std::string text;
    std::array<char, 4096> buffer{};
    while (file && text.size() <= file_bytes_max &&
           (file.read(buffer.data(), buffer.size()) || file.gcount() > 0)) {
        text.append(buffer.data(), static_cast<std::size_t>(file.gcount()));
    }
    if (!file.eof() && text.size() <= file_bytes_max) {
        const auto fault = errno == EACCES ? base::Fault::permission : base::Fault::config;
        return base::fail_errno(fault, "[relay] recipients: cannot read " + path,
                                errno == 0 ? EIO : errno);
    }
    if (text.size() > file_bytes_max) {
        return base::fail(base::Fault::config,
                          "[relay] recipients: " + path + " is larger than 64 MiB");
    }
    return parse(text, path);
}

bool RecipientList::holds(const mail::Address& recipient) const {
    if (domains_.contains(std::string(recipient.host_text()))) return true;
    std::string local = lower(recipient.local_part_unquoted());
    if (local == "postmaster" || users_.contains(key_of(local, recipient))) return true;
    const std::size_t plus = local.find('+');
    if (plus == std::string::npos || plus == 0) return false;
    return users_.contains(key_of(local.substr(0, plus), recipient));
}

}  // namespace turnaway::relay
