#include "park/remedy.h"

namespace turnaway::park {
namespace {

std::string text_line(const std::string& owner, const std::string& text) {
    return owner + ". 3600 IN TXT \"" + text + '"';
}

}  // namespace

std::string null_mx_line(const mail::Domain& name) {
    return name.text() + ". 3600 IN MX 0 .";
}

std::string reject_all_line(const mail::Domain& name) {
    return text_line(name.text(), "v=spf1 -all");
}

std::string dmarc_line(const mail::Domain& domain, const std::vector<mail::Address>& reports_to) {
    std::string text = "v=DMARC1; p=reject; sp=reject; np=reject; adkim=s; aspf=s";
    for (std::size_t i = 0; i < reports_to.size(); ++i) {
        text += (i == 0 ? "; rua=mailto:" : ",mailto:") + reports_to[i].text();
    }
    return text_line("_dmarc." + domain.text(), text);
}

std::string permission_line(const mail::Domain& domain, const mail::Domain& target) {
    return text_line(domain.text() + "._report._dmarc." + target.text(), "v=DMARC1");
}

}  // namespace turnaway::park
