#include "mail/domain.h"

#include <idn2.h>

#include <algorithm>
#include <memory>
#include <new>

#include "base/limits.h"
#include "base/text.h"

namespace turnaway::mail {
namespace {

constexpr std::string_view alabel_prefix = "xn--";

struct Idn2Free {
    void operator()(char* text) const { idn2_free(text); }
};
using Idn2Text = std::unique_ptr<char, Idn2Free>;

AddressError to_error(int idn2_code) {
    switch (idn2_code) {
        case IDN2_MALLOC:
            throw std::bad_alloc();
        case IDN2_TOO_BIG_DOMAIN:
            return AddressError::domain_too_long;
        case IDN2_TOO_BIG_LABEL:
        case IDN2_PUNYCODE_BIG_OUTPUT:
            return AddressError::domain_label;
        default:
            return AddressError::idna;
    }
}

// `label` holds no NUL.
std::expected<std::string, AddressError> to_ascii(const std::string& label) {
    std::uint8_t* raw = nullptr;
    const int code = idn2_lookup_u8(reinterpret_cast<const std::uint8_t*>(label.c_str()), &raw,
                                    IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
    const Idn2Text owned(reinterpret_cast<char*>(raw));
    if (code != IDN2_OK) return std::unexpected(to_error(code));
    return std::string(owned.get());
}

// The U-label of an A-label, or nothing when it has none that is valid and converts back to it.
std::optional<std::string> to_ulabel(std::string_view label) {
    const std::string alabel(label);
    char* raw = nullptr;
    const int code = idn2_to_unicode_8z8z(alabel.c_str(), &raw, 0);
    const Idn2Text owned(raw);
    if (code != IDN2_OK) return std::nullopt;
    std::string ulabel(owned.get());
    // A label that the mappings of UTS 46 would change, or IDNA2008 refuses, does not convert back.
    if (to_ascii(ulabel) != alabel) return std::nullopt;
    return ulabel;
}

std::vector<std::string_view> split(std::string_view name) {
    std::vector<std::string_view> labels;
    for (auto dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
        labels.push_back(name.substr(0, dot));
        name.remove_prefix(dot + 1);
    }
    labels.push_back(name);
    return labels;
}

// `text` is a domain, not all of it ASCII.
std::expected<std::string, AddressError> to_alabels(std::string_view text) {
    std::string name;
    for (const std::string_view label : split(text)) {
        if (label.data() != text.data()) name += '.';
        if (std::ranges::all_of(label, base::is_ascii)) {
            name += label;
            continue;
        }
        const auto converted = to_ascii(std::string(label));
        if (!converted) return converted;
        name += *converted;
    }
    // The mappings can make dots and any other ASCII out of wide and compatibility letters.
    if (name.ends_with('.')) name.pop_back();
    if (const auto ok = scan_domain(name); !ok) return std::unexpected(ok.error());
    return name;
}

}  // namespace

std::expected<Domain, AddressError> Domain::parse(std::string_view text) {
    if (text == ".") return root();
    if (text.ends_with('.')) text.remove_suffix(1);
    if (const auto ok = scan_domain(text); !ok) return std::unexpected(ok.error());
    return make(text);
}

std::expected<Domain, AddressError> Domain::make(std::string_view text) {
    Domain domain{std::string(text)};
    auto& name = domain.name_;
    if (!std::ranges::all_of(text, base::is_ascii)) {
        auto converted = to_alabels(text);
        if (!converted) return std::unexpected(converted.error());
        name = *std::move(converted);
    }
    if (name.size() > base::limits::dns_name_bytes_max) {
        return std::unexpected(AddressError::domain_too_long);
    }
    for (char& c : name) c = base::to_lower(c);
    return domain;
}

std::string Domain::to_unicode() const {
    if (is_root()) return name_;
    std::string out;
    for (const std::string_view label : labels()) {
        if (!out.empty()) out += '.';
        const auto ulabel = label.starts_with(alabel_prefix) ? to_ulabel(label) : std::nullopt;
        if (ulabel) {
            out += *ulabel;
        } else {
            out += label;
        }
    }
    return out;
}

std::vector<std::string_view> Domain::labels() const {
    if (is_root()) return {};
    return split(name_);
}

std::optional<Domain> Domain::parent() const {
    if (is_root()) return std::nullopt;
    const auto dot = name_.find('.');
    if (dot == std::string::npos) return root();
    return Domain(name_.substr(dot + 1));
}

bool Domain::is_subdomain_of(const Domain& ancestor) const {
    if (ancestor.is_root() || *this == ancestor) return true;
    return name_.size() > ancestor.name_.size() && name_.ends_with(ancestor.name_) &&
           name_[name_.size() - ancestor.name_.size() - 1] == '.';
}

}  // namespace turnaway::mail
