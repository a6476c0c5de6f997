// TerraformProvider: how one Terraform provider expresses an MX and a TXT record.
//
// The most used DNS providers; each resource as in its provider's documentation (Terraform
// Registry, read 2026-11).
#pragma once

#include <span>
#include <string_view>

namespace turnaway::park {

struct TerraformProvider {
    std::string_view name;         // "route53", as in data/dns-providers.csv
    std::string_view source;       // "hashicorp/aws"
    std::string_view mx_resource;  // "aws_route53_record"
    std::string_view txt_resource;
    // A map from zone to the provider's zone id, set by the user; empty if the zone's name is
    // enough.
    std::string_view zone_variable;
};

std::span<const TerraformProvider> terraform_providers();
const TerraformProvider* find_terraform_provider(std::string_view name);

}  // namespace turnaway::park
