// Shared by the forms: comments, quoting, and the records of a plan by zone.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "park/records/form.h"
#include "park/records/plan.h"

namespace turnaway::park {

void append_zone_text(std::string& out, const Plan& plan, const FormSettings& settings);
void append_table(std::string& out, const Plan& plan, const FormSettings& settings);
void append_json(std::string& out, const Plan& plan);
void append_octodns(std::string& out, const std::string& zone, std::span<const Record> records);
void append_dnscontrol(std::string& out, const Plan& plan, const FormSettings& settings);
void append_terraform_head(std::string& out, const TerraformProvider& provider);
void append_terraform(std::string& out, const Plan& plan, const FormSettings& settings);
void append_nsupdate(std::string& out, const Plan& plan, const FormSettings& settings);

// "example.org is meant to have no mail".
std::string heading(const Plan& plan);
// In order of first use.
std::vector<std::pair<mail::Domain, std::vector<const Record*>>> records_by_zone(const Plan& plan);

// `words` in lines of at most 98 columns, each after `mark` ("; ") in the colours of comments.
void append_comment(std::string& out, std::string_view mark, std::string_view words,
                    const FormSettings& settings);
// The advice that the settings ask for, each as a comment.
void append_advice(std::string& out, std::string_view mark, const Plan& plan,
                   const FormSettings& settings);
// A sentence for records that do not belong to the zone of the plan.
std::string in_another_zone(const mail::Domain& zone);
// The reason for a record and its source.
std::string reason_of(const Record& record);

// In double quotes as JavaScript, YAML and JSON all accept it; ASCII.
std::string in_quotes(std::string_view text);

}  // namespace turnaway::park
