// A plan as Terraform resources, for the most used providers.
//
// Each provider has different attributes for the zone, the name and the value; `attributes_of` has
// them all. The layout is that of `terraform fmt`. Text is escaped for HCL: `"` and `\`, and `${`
// and `%{`, which would be templates.
#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "park/records/form_part.h"
#include "park/records/terraform_provider.h"

namespace turnaway::park {
namespace {

constexpr std::array<TerraformProvider, 13> rows{{
    {"azure", "hashicorp/azurerm", "azurerm_dns_mx_record", "azurerm_dns_txt_record", ""},
    {"cloudflare", "cloudflare/cloudflare (version 5)", "cloudflare_dns_record",
     "cloudflare_dns_record", "zone_ids"},
    {"desec", "Valodim/desec", "desec_rrset", "desec_rrset", ""},
    {"digitalocean", "digitalocean/digitalocean", "digitalocean_record", "digitalocean_record", ""},
    {"dnsimple", "dnsimple/dnsimple", "dnsimple_zone_record", "dnsimple_zone_record", ""},
    {"gandi", "go-gandi/gandi", "gandi_livedns_record", "gandi_livedns_record", ""},
    {"godaddy", "veksh/godaddy-dns", "godaddy-dns_record", "godaddy-dns_record", ""},
    {"google", "hashicorp/google", "google_dns_record_set", "google_dns_record_set",
     "managed_zones"},
    {"hetzner", "hetznercloud/hcloud", "hcloud_zone_rrset", "hcloud_zone_rrset", ""},
    {"ionos", "ionos-cloud/ionoscloud", "ionoscloud_dns_record", "ionoscloud_dns_record",
     "zone_ids"},
    {"ovh", "ovh/ovh", "ovh_domain_zone_record", "ovh_domain_zone_record", ""},
    {"powerdns", "pan-net/powerdns", "powerdns_record", "powerdns_record", ""},
    {"route53", "hashicorp/aws", "aws_route53_record", "aws_route53_record", "zone_ids"},
}};

std::string hcl_string(std::string_view text) {
    std::string out = "\"";
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char octet = text[i];
        if (octet == '"' || octet == '\\') out += '\\';
        const bool is_template = i + 1 < text.size() && text[i + 1] == '{';
        if ((octet == '$' || octet == '%') && is_template) out += octet;
        out += octet;
    }
    return out + '"';
}

// `mail_example_org_mx`: a Terraform name begins with a letter and has no dots.
std::string resource_name(const Record& record) {
    std::string out = "mail_";
    for (const char octet : record.owner()) {
        if (octet == '.') {
            out += '_';
        } else if (octet == '_') {
            out += "__";
        } else if (octet == '*') {
            out += "any";
        } else {
            out += octet;
        }
    }
    return out + (record.type == RecordType::mx ? "_mx" : "_txt");
}

// Route 53 expects the pieces of a long text without the outer quotes.
std::string route53_text(std::string_view text) {
    std::string out;
    for (const auto piece : character_strings(text)) {
        const std::string quoted = quoted_text(piece);
        if (!out.empty()) out += "\"\"";
        out += quoted.substr(1, quoted.size() - 2);
    }
    return out;
}

using Attributes = std::vector<std::pair<std::string_view, std::string>>;

std::string zone_of(const TerraformProvider& provider, const Record& record) {
    if (provider.zone_variable.empty()) return hcl_string(record.zone.text());
    return "var." + std::string(provider.zone_variable) + '[' + hcl_string(record.zone.text()) +
           ']';
}

// For providers whose value field has the exchange without its preference.
void add_value(Attributes& out, const Record& record, std::string_view key, const std::string& text,
               std::string_view dot) {
    if (record.type == RecordType::txt) {
        out.emplace_back(key, hcl_string(text));
        return;
    }
    const bool is_root = record.data == ".";
    out.emplace_back("priority", std::to_string(record.preference));
    out.emplace_back(key, hcl_string(is_root ? record.data : record.data + std::string(dot)));
}

// For providers with one form for both types; empty for the others.
Attributes set_of_records(const TerraformProvider& provider, const Record& record) {
    const std::string zone = zone_of(provider, record);
    const std::string type = hcl_string(name(record.type));
    const std::string ttl = std::to_string(record.ttl_seconds);
    const std::string at = hcl_string(record.relative.empty() ? "@" : record.relative);
    const std::string whole = hcl_string(presentation(record));
    if (provider.name == "powerdns") {
        return {{"zone", hcl_string(record.zone.text() + '.')},
                {"name", hcl_string(record.owner() + '.')},
                {"type", type},
                {"ttl", ttl},
                {"records", '[' + whole + ']'}};
    }
    if (provider.name == "desec") {
        return {{"domain", zone},
                {"subname", hcl_string(record.relative)},
                {"type", type},
                {"ttl", ttl},
                {"records", '[' + whole + ']'}};
    }
    if (provider.name == "dnsimple" || provider.name == "ionos") {
        const bool is_ionos = provider.name == "ionos";
        Attributes out{{is_ionos ? "zone_id" : "zone_name", zone},
                       {"name", hcl_string(record.relative)},
                       {"type", type},
                       {"ttl", ttl}};
        add_value(out, record, is_ionos ? "content" : "value",
                  is_ionos ? quoted_text(record.data) : record.data, "");
        return out;
    }
    if (provider.name == "godaddy") {
        Attributes out{{"domain", zone}, {"name", at}, {"type", type}, {"ttl", ttl}};
        add_value(out, record, "data", record.data, "");
        return out;
    }
    return {};
}

Attributes attributes_of(const TerraformProvider& provider, const Record& record) {
    const std::string zone = zone_of(provider, record);
    const std::string type = hcl_string(name(record.type));
    const std::string ttl = std::to_string(record.ttl_seconds);
    const std::string at = hcl_string(record.relative.empty() ? "@" : record.relative);
    const std::string whole = hcl_string(presentation(record));
    if (provider.name == "route53") {
        const bool is_mx = record.type == RecordType::mx;
        const std::string value = is_mx ? whole : hcl_string(route53_text(record.data));
        return {{"zone_id", zone},
                {"name", hcl_string(record.owner())},
                {"type", type},
                {"ttl", ttl},
                {"records", '[' + value + ']'}};
    }
    if (provider.name == "google") {
        return {{"managed_zone", zone},
                {"name", hcl_string(record.owner() + '.')},
                {"type", type},
                {"ttl", ttl},
                {"rrdatas", '[' + whole + ']'}};
    }
    if (provider.name == "hetzner") {
        return {{"zone", zone},
                {"name", at},
                {"type", type},
                {"ttl", ttl},
                {"records", "[{ value = " + whole + " }]"}};
    }
    if (provider.name == "gandi") {
        return {{"zone", zone},
                {"name", at},
                {"type", type},
                {"ttl", ttl},
                {"values", '[' + whole + ']'}};
    }
    if (provider.name == "ovh") {
        return {{"zone", zone},
                {"subdomain", hcl_string(record.relative)},
                {"fieldtype", type},
                {"ttl", ttl},
                {"target", whole}};
    }
    if (auto set = set_of_records(provider, record); !set.empty()) return set;
    if (provider.name == "azure") {
        return {{"name", at},
                {"zone_name", zone},
                {"resource_group_name", "var.resource_group_name"},
                {"ttl", ttl}};
    }
    Attributes out{{provider.name == "cloudflare" ? "zone_id" : "domain", zone},
                   {"name", provider.name == "cloudflare" ? hcl_string(record.owner()) : at},
                   {"type", type},
                   {"ttl", ttl}};
    if (provider.name == "cloudflare") {
        add_value(out, record, "content", quoted_text(record.data), "");
    } else {
        add_value(out, record, "value", record.data, ".");
    }
    return out;
}

void append_attributes(std::string& out, const Attributes& attributes, std::string_view indent) {
    std::size_t columns = 0;
    for (const auto& [key, value] : attributes) columns = std::max(columns, key.size());
    for (const auto& [key, value] : attributes) {
        out += indent;
        out += key;
        out.append(columns - key.size(), ' ');
        out += " = " + value + '\n';
    }
}

void append_azure_record(std::string& out, const Record& record) {
    out += "\n  record {\n";
    if (record.type == RecordType::mx) {
        append_attributes(out,
                          {{"preference", std::to_string(record.preference)},
                           {"exchange", hcl_string(record.data)}},
                          "    ");
    } else {
        append_attributes(out, {{"value", hcl_string(record.data)}}, "    ");
    }
    out += "  }\n";
}

void append_variable(std::string& out, std::string_view variable, std::string_view type,
                     std::string_view description) {
    out += "variable \"" + std::string(variable) + "\" {\n";
    append_attributes(out, {{"type", std::string(type)}, {"description", hcl_string(description)}},
                      "  ");
    out += "}\n\n";
}

}  // namespace

std::span<const TerraformProvider> terraform_providers() {
    return rows;
}

const TerraformProvider* find_terraform_provider(std::string_view name) {
    const auto row = std::ranges::find(rows, name, &TerraformProvider::name);
    return row == rows.end() ? nullptr : &*row;
}

void append_terraform_head(std::string& out, const TerraformProvider& provider) {
    out += "# For the provider " + std::string(provider.source) + ".\n\n";
    if (!provider.zone_variable.empty()) {
        append_variable(out, provider.zone_variable, "map(string)",
                        "From each domain to its zone at the provider");
    }
    if (provider.name == "azure") {
        append_variable(out, "resource_group_name", "string", "Where the zones are");
    }
}

void append_terraform(std::string& out, const Plan& plan, const FormSettings& settings) {
    const TerraformProvider& provider = *settings.terraform;
    append_comment(out, "# ", heading(plan) + '.', settings);
    append_advice(out, "# ", plan, settings);
    for (const auto& record : plan.records) {
        const bool is_mx = record.type == RecordType::mx;
        out += '\n';
        if (record.zone != plan.records.front().zone) {
            append_comment(out, "# ", in_another_zone(record.zone), settings);
        }
        append_comment(out, "# ", reason_of(record), settings);
        out += "resource \"" + std::string(is_mx ? provider.mx_resource : provider.txt_resource) +
               "\" \"" + resource_name(record) + "\" {\n";
        append_attributes(out, attributes_of(provider, record), "  ");
        if (provider.name == "azure") append_azure_record(out, record);
        out += "}\n";
    }
}

}  // namespace turnaway::park
