#include "cli/park/audit_former.h"

#include <cerrno>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

namespace turnaway::cli {
namespace {

using Json = nlohmann::json;

// Nothing if a member is missing or has another type.
std::optional<std::string> text_of(const Json& object, const char* member) {
    const auto found = object.find(member);
    if (found == object.end() || !found->is_string()) return std::nullopt;
    return found->get<std::string>();
}

std::optional<park::FormerFinding> finding_of(const Json& json) {
    if (!json.is_object()) return std::nullopt;
    auto id = text_of(json, "id");
    auto about = text_of(json, "name");
    auto evidence = text_of(json, "evidence");
    if (!id || !about || !evidence) return std::nullopt;
    return park::FormerFinding{*std::move(id), *std::move(about), *std::move(evidence)};
}

// False if the line is not an audit.
bool take_line(const std::string& line, FormerAudits& audits) {
    const Json json = Json::parse(line, nullptr, false);
    if (!json.is_object()) return false;
    const auto domain = text_of(json, "domain");
    if (!domain) return false;
    if (json.contains("error")) return true;
    const auto findings = json.find("findings");
    if (findings == json.end() || !findings->is_array()) return false;
    auto& former = audits[*domain];
    former.clear();  // the last line about a domain counts
    for (const Json& each : *findings) {
        auto finding = finding_of(each);
        if (!finding) return false;
        former.push_back(*std::move(finding));
    }
    return true;
}

}  // namespace

base::Result<FormerAudits> read_former(std::istream& lines, const std::string& file) {
    FormerAudits audits;
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        if (line.empty()) continue;
        if (!take_line(line, audits)) {
            return base::fail(base::Fault::data,
                              file + ':' + std::to_string(number) +
                                  ": not a line of 'turnaway park audit --json'");
        }
    }
    return audits;
}

base::Result<FormerAudits> read_former(const std::string& file) {
    if (file == "-") return read_former(std::cin, "standard input");
    std::ifstream lines(file);
    if (!lines) return base::fail_errno(base::Fault::no_input, file);
    return read_former(lines, file);
}

}  // namespace turnaway::cli
