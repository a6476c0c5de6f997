#include "bounce/notice_label.h"

#include <algorithm>
#include <array>

namespace turnaway::bounce {

namespace {

struct Label {
    std::string_view name;
    LabelKind kind;
};
// In lower case, as they stand before a colon.
constexpr std::array labels{
    Label{"to", LabelKind::recipient},
    Label{"recipient", LabelKind::recipient},
    Label{"recipients", LabelKind::recipient},
    Label{"failed recipient", LabelKind::recipient},
    Label{"failed recipients", LabelKind::recipient},
    Label{"failed address", LabelKind::recipient},
    Label{"invalid recipient", LabelKind::recipient},
    Label{"rcpt to", LabelKind::recipient},
    Label{"recipient address", LabelKind::recipient},
    Label{"target mail address", LabelKind::recipient},
    Label{"unknown user", LabelKind::recipient},
    Label{"user unknown", LabelKind::recipient},
    Label{"user mailbox exceeds allowed size", LabelKind::recipient},
    Label{"mailbox full", LabelKind::recipient},
    Label{"undeliverable to", LabelKind::recipient},
    Label{"address", LabelKind::recipient},
    Label{"mailbox", LabelKind::recipient},
    Label{"intended recipient", LabelKind::recipient},
    Label{"could not deliver to", LabelKind::recipient},
    Label{"delivery failed", LabelKind::recipient},
    Label{"error-for", LabelKind::recipient},
    Label{"original-rcpt-to", LabelKind::recipient},
    Label{"empfaenger", LabelKind::recipient},
    Label{"destinataire", LabelKind::recipient},
    Label{"destinatario", LabelKind::recipient},
    Label{"收件人", LabelKind::recipient},
    Label{"收件人地址", LabelKind::recipient},
    Label{"宛先", LabelKind::recipient},
    Label{"получатель", LabelKind::recipient},
    Label{"failed", LabelKind::recipient},
    Label{"undelivered", LabelKind::recipient},
    Label{"undeliverable", LabelKind::recipient},
    Label{"email", LabelKind::recipient},
    Label{"e-mail", LabelKind::recipient},
    Label{"email address", LabelKind::recipient},
    Label{"recipient email", LabelKind::recipient},
    Label{"recipient email address", LabelKind::recipient},
    Label{"the address", LabelKind::recipient},
    Label{"recipient(s)", LabelKind::recipient},
    Label{"intended recipients", LabelKind::recipient},
    Label{"mailbox address", LabelKind::recipient},
    Label{"failed address(es)", LabelKind::recipient},
    Label{"rejected recipient", LabelKind::recipient},
    Label{"odbiorca", LabelKind::recipient},
    Label{"adresat", LabelKind::recipient},
    Label{"ontvanger", LabelKind::recipient},
    Label{"geadresseerde", LabelKind::recipient},
    Label{"empfänger", LabelKind::recipient},
    Label{"destinatário", LabelKind::recipient},
    Label{"destinataires", LabelKind::recipient},
    Label{"destinatarios", LabelKind::recipient},
    Label{"destinatari", LabelKind::recipient},
    Label{"адресат", LabelKind::recipient},
    Label{"кому", LabelKind::recipient},
    Label{"宛先アドレス", LabelKind::recipient},
    Label{"受信者", LabelKind::recipient},
    Label{"수신자", LabelKind::recipient},
    Label{"alıcı", LabelKind::recipient},
    Label{"your message to", LabelKind::recipient},
    Label{"收件人邮件地址", LabelKind::recipient},
    Label{"收件人邮箱", LabelKind::recipient},
    Label{"收件地址", LabelKind::recipient},
    Label{"받는사람", LabelKind::recipient},
    Label{"받는 사람", LabelKind::recipient},
    Label{"수신인", LabelKind::recipient},
    Label{"받는이", LabelKind::recipient},
    Label{"příjemce", LabelKind::recipient},
    Label{"adresát", LabelKind::recipient},
    Label{"mottagare", LabelKind::recipient},
    Label{"modtager", LabelKind::recipient},
    Label{"mottaker", LabelKind::recipient},
    Label{"vastaanottaja", LabelKind::recipient},
    Label{"παραλήπτης", LabelKind::recipient},
    Label{"címzett", LabelKind::recipient},
    Label{"destinatar", LabelKind::recipient},
    Label{"отримувач", LabelKind::recipient},
    Label{"одержувач", LabelKind::recipient},
    Label{"получатели", LabelKind::recipient},
    Label{"alici", LabelKind::recipient},
    Label{"người nhận", LabelKind::recipient},
    Label{"recipiente", LabelKind::recipient},
    Label{"destinataire(s)", LabelKind::recipient},
    Label{"empfänger(in)", LabelKind::recipient},
    Label{"from", LabelKind::sender},
    Label{"mail from", LabelKind::sender},
    Label{"sender", LabelKind::sender},
    Label{"original sender", LabelKind::sender},
    Label{"return-path", LabelKind::sender},
    Label{"reply-to", LabelKind::sender},
    Label{"sender address", LabelKind::sender},
    Label{"message-id", LabelKind::sender},
    Label{"message id", LabelKind::sender},
    Label{"cc", LabelKind::sender},
    Label{"发件人", LabelKind::sender},
    Label{"subject", LabelKind::sender},
    Label{"diagnostic-code", LabelKind::text},
    Label{"diagnostic code", LabelKind::text},
    Label{"status", LabelKind::status},
    Label{"action", LabelKind::action},
    Label{"remote-mta", LabelKind::remote},
};

}  // namespace

std::optional<LabelKind> label_named(std::string_view name) {
    const auto* const label = std::ranges::find(labels, name, &Label::name);
    if (label == labels.end()) return std::nullopt;
    return label->kind;
}

}  // namespace turnaway::bounce
