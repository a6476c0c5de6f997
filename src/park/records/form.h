// Form: the output formats of a plan, for people and for DNS tools.
//
// Each form contains what its tool needs and no more: a fragment to add, never a whole zone. What
// must be replaced (another MX next to a null MX) is removed only if the tool can do that for one
// name and type. Errors of DNS or of the file system do not occur here. Known gap: Terraform's
// resources for Route 53, Google, Azure and Gandi contain all TXT records of a name, so an SPF next
// to other TXT records has to be merged by hand; the comments in the output say so.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "park/records/plan.h"
#include "park/records/terraform_provider.h"

namespace turnaway::park {

enum class Form : std::uint8_t { zone, table, json, octodns, dnscontrol, terraform, nsupdate };

std::string_view name(Form form);
std::optional<Form> find_form(std::string_view name);

struct FormSettings {
    Form form = Form::zone;
    // For `terraform`, which requires one.
    const TerraformProvider* terraform = nullptr;
    bool wants_why = false;  // all advice, not only the pressing one
    // Before a comment: the terminal's colour sequence.
    std::string_view comment_on = {};
    std::string_view comment_off = {};
};

class FormWriter {
  public:
    explicit FormWriter(const FormSettings& settings) : settings_(settings) {}

    // Called before the first plan, for each plan, and after the last; each appends.
    void begin(std::string& out) const;
    void add(std::string& out, const Plan& plan);
    void finish(std::string& out) const;

  private:
    FormSettings settings_;
    bool has_plan_ = false;
    // octoDNS has one file per zone, so records are collected until all are known.
    std::map<std::string, std::vector<Record>> octodns_zones_;
};

}  // namespace turnaway::park
