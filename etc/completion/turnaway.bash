# bash completion for turnaway, made from its --help by tools/write_completions.py
_turnaway() {
    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command=turnaway
    # bash makes a word of the = in --option=value
    if [[ $word == = ]]; then word=; elif [[ $previous == = ]]; then previous=${COMP_WORDS[COMP_CWORD - 2]}; fi
    local i
    for ((i = 1; i < COMP_CWORD; i++)); do
        case "$command ${COMP_WORDS[i]}" in
            "turnaway check" | "turnaway codes" | "turnaway demo" | "turnaway diagnose" | "turnaway doctor" | "turnaway explain" | "turnaway gate" | "turnaway park" | "turnaway queue" | "turnaway refuse" | "turnaway relay") command+=" ${COMP_WORDS[i]}" ;;
            "turnaway gate filter" | "turnaway gate test" | "turnaway gate learn") command+=" ${COMP_WORDS[i]}" ;;
            "turnaway park records" | "turnaway park audit") command+=" ${COMP_WORDS[i]}" ;;
            "turnaway queue list" | "turnaway queue show" | "turnaway queue summary" | "turnaway queue export" | "turnaway queue nodes" | "turnaway queue hosts" | "turnaway queue hold" | "turnaway queue release" | "turnaway queue delete" | "turnaway queue flush" | "turnaway queue drain" | "turnaway queue forget" | "turnaway queue recover" | "turnaway queue move") command+=" ${COMP_WORDS[i]}" ;;
        esac
    done
    local -a offered=()
    COMPREPLY=()
    case $command in
        "turnaway") offered=(-W 'check codes demo diagnose doctor explain gate park queue refuse relay -h --help -V --version') ;;
        "turnaway check")
            case $previous in
                --port | --resolver | --timeout | --column | --delimiter | --parallel) return ;;
                --egress) offered=(-A hostname) ;;
                --trust-anchor | --input | --output) compopt -o filenames; offered=(-f) ;;
                --color) offered=(-W 'auto always never') ;;
                *) offered=(-W '-h --help --connect --host --private-allowed --loopback-allowed --port --egress --resolver --trust-anchor --timeout --why --fix --json --csv --nagios -q --quiet --color --input --column --no-header --delimiter --output --resume --parallel --progress' -A hostname) ;;
            esac ;;
        "turnaway codes") offered=(-W '-h --help --json --csv') ;;
        "turnaway demo")
            case $previous in
                --keep) compopt -o filenames; offered=(-d) ;;
                --color) offered=(-W 'auto always never') ;;
                *) offered=(-W '-h --help --once --gate --cluster --dialogues --json --keep --color') ;;
            esac ;;
        "turnaway diagnose")
            case $previous in
                --original-header | --vouch | --jobs | --metrics | --domains) return ;;
                --progress | --color) offered=(-W 'auto always never') ;;
                --as) offered=(-W 'auto message mbox replies log postfix exim sendmail opensmtpd haraka kumomta powermta turnaway-relay') ;;
                *) offered=(-W '-h --help --json --csv --summary --suppress --original-header --vouch --progress --color --as --jobs --follow --journal --new-only --metrics --domains') ;;
            esac ;;
        "turnaway doctor")
            case $previous in
                --config | --postconf) compopt -o filenames; offered=(-f) ;;
                --port25-target | --dns-name) offered=(-A hostname) ;;
                --color) offered=(-W 'auto always never') ;;
                *) offered=(-W '-h --help --config --gate --postconf --json --port25-target --dns-name --color') ;;
            esac ;;
        "turnaway explain")
            case $previous in
                --provider) compopt -o filenames; offered=(-W 'Gmail "Exchange Online" Outlook.com Yahoo Yandex GoDaddy Orange Comcast GMX T-Online "Apple iCloud" Proofpoint Mimecast "Tencent QQ" Barracuda Cloudflare Free Cox "AT&T" Zoho Mail.ru NetEase "La Poste" web.de "NTT docomo" au "Amazon SES" Naver Daum') ;;
                --color) offered=(-W 'auto always never') ;;
                *) offered=(-W '-h --help --json --provider --color') ;;
            esac ;;
        "turnaway gate")
            case $previous in
                --config) compopt -o filenames; offered=(-f) ;;
                *) offered=(-W 'filter test learn -h --help -V --version --config --check-config --list-settings --print-schema --no-sandbox') ;;
            esac ;;
        "turnaway gate filter") offered=(-W '-h --help') ;;
        "turnaway gate test")
            case $previous in
                --recipient | --sender | --client | --user) return ;;
                *) offered=(-W '-h --help --recipient --sender --client --user --json') ;;
            esac ;;
        "turnaway gate learn")
            case $previous in
                --log) compopt -o filenames; offered=(-f) ;;
                *) offered=(-W '-h --help --log') ;;
            esac ;;
        "turnaway park") offered=(-W 'records audit -h --help') ;;
        "turnaway park records")
            case $previous in
                --input) compopt -o filenames; offered=(-f) ;;
                --column | --zone | --ttl | --name | --rua | --spf-include | --spf-ip | --helo | --resolver | --timeout) return ;;
                --intent) offered=(-W 'none send-only receive-only') ;;
                --provider) offered=(-W 'azure bind cloudflare desec digitalocean dnsimple exoscale gandi godaddy google he hetzner ionos linode loopia namecheap namecom netcup netlify ovh porkbun powerdns route53 transip vultr') ;;
                --refusing-host) offered=(-A hostname) ;;
                --format) offered=(-W 'zone table json octodns dnscontrol terraform nsupdate') ;;
                --color) offered=(-W 'auto always never') ;;
                *) offered=(-W '-h --help --input --column --no-header --intent --zone --ttl --name --wildcard --dkim-wildcard --no-np --rua --spf-include --spf-ip --helo --null-mx --provider --refusing-host --format --json --why --look --resolver --timeout --color') ;;
            esac ;;
        "turnaway park audit")
            case $previous in
                --intent) offered=(-W 'none send-only receive-only') ;;
                --abuse | --resolver | --timeout | --column | --delimiter | --parallel) return ;;
                --input | --output | --since | --html) compopt -o filenames; offered=(-f) ;;
                --color) offered=(-W 'auto always never') ;;
                *) offered=(-W '-h --help --intent --abuse --retire-mta-sts --resolver --timeout --input --column --no-header --delimiter --output --resume --parallel --progress --json --csv --nagios --since --html --color') ;;
            esac ;;
        "turnaway queue") offered=(-W 'list show summary export nodes hosts hold release delete flush drain forget recover move -h --help') ;;
        "turnaway queue list")
            case $previous in
                --socket | --config) compopt -o filenames; offered=(-f) ;;
                --sender | --recipient | --domain | --older | --newer | --limit | --node) return ;;
                --state) offered=(-W 'waiting held unreportable corrupt') ;;
                --color) offered=(-W 'auto always never') ;;
                *) offered=(-W '-h --help --socket --config --sender --recipient --domain --state --older --newer --limit --node --json --color') ;;
            esac ;;
        "turnaway queue show")
            case $previous in
                --socket | --config) compopt -o filenames; offered=(-f) ;;
                --node) return ;;
                --color) offered=(-W 'auto always never') ;;
                *) offered=(-W '-h --help --socket --config --node --json --color') ;;
            esac ;;
        "turnaway queue summary")
            case $previous in
                --socket | --config) compopt -o filenames; offered=(-f) ;;
                --limit | --node) return ;;
                --color) offered=(-W 'auto always never') ;;
                *) offered=(-W '-h --help --socket --config --limit --node --json --color') ;;
            esac ;;
        "turnaway queue export")
            case $previous in
                --socket | --config) compopt -o filenames; offered=(-f) ;;
                --node) return ;;
                *) offered=(-W '-h --help --socket --config --node --json') ;;
            esac ;;
        "turnaway queue nodes")
            case $previous in
                --socket | --config) compopt -o filenames; offered=(-f) ;;
                --color) offered=(-W 'auto always never') ;;
                *) offered=(-W '-h --help --socket --config --json --color') ;;
            esac ;;
        "turnaway queue hosts")
            case $previous in
                --socket | --config) compopt -o filenames; offered=(-f) ;;
                --color) offered=(-W 'auto always never') ;;
                *) offered=(-W '-h --help --socket --config --json --color') ;;
            esac ;;
        "turnaway queue hold")
            case $previous in
                --socket | --config) compopt -o filenames; offered=(-f) ;;
                --sender | --recipient | --domain | --older | --newer | --node) return ;;
                --state) offered=(-W 'waiting held unreportable corrupt') ;;
                *) offered=(-W '-h --help --socket --config --sender --recipient --domain --state --older --newer --all --node --json') ;;
            esac ;;
        "turnaway queue release")
            case $previous in
                --socket | --config) compopt -o filenames; offered=(-f) ;;
                --sender | --recipient | --domain | --older | --newer | --node) return ;;
                --state) offered=(-W 'waiting held unreportable corrupt') ;;
                *) offered=(-W '-h --help --socket --config --sender --recipient --domain --state --older --newer --all --node --json') ;;
            esac ;;
        "turnaway queue delete")
            case $previous in
                --socket | --config) compopt -o filenames; offered=(-f) ;;
                --sender | --recipient | --domain | --older | --newer | --node) return ;;
                --state) offered=(-W 'waiting held unreportable corrupt') ;;
                *) offered=(-W '-h --help --socket --config --sender --recipient --domain --state --older --newer --all --yes --node --json') ;;
            esac ;;
        "turnaway queue flush")
            case $previous in
                --socket | --config) compopt -o filenames; offered=(-f) ;;
                --domain | --node) return ;;
                *) offered=(-W '-h --help --socket --config --domain --all --node --json') ;;
            esac ;;
        "turnaway queue drain")
            case $previous in
                --socket | --config) compopt -o filenames; offered=(-f) ;;
                *) offered=(-W '-h --help --socket --config --undo --json') ;;
            esac ;;
        "turnaway queue forget")
            case $previous in
                --socket | --config) compopt -o filenames; offered=(-f) ;;
                *) offered=(-W '-h --help --socket --config --all --json') ;;
            esac ;;
        "turnaway queue recover")
            case $previous in
                --spool) compopt -o filenames; offered=(-d) ;;
                --config) compopt -o filenames; offered=(-f) ;;
                *) offered=(-W '-h --help --spool --config --json') ;;
            esac ;;
        "turnaway queue move")
            case $previous in
                --from) compopt -o filenames; offered=(-d) ;;
                --to) return ;;
                --config) compopt -o filenames; offered=(-f) ;;
                *) offered=(-W '-h --help --from --to --config --json') ;;
            esac ;;
        "turnaway refuse")
            case $previous in
                --listen | --idle-timeout | --session-timeout | --max-connections | --max-per-address | --pressure-connections | --pressure-per-address | --workers | --metrics) return ;;
                --hostname) offered=(-A hostname) ;;
                --stage) offered=(-W 'auto greeting helo mail rcpt') ;;
                --log) offered=(-W 'json text none') ;;
                --user) offered=(-u) ;;
                *) offered=(-W '-h --help -V --version --listen --hostname --stage --idle-timeout --session-timeout --max-connections --max-per-address --pressure-connections --pressure-per-address --workers --log --metrics --user --no-sandbox') ;;
            esac ;;
        "turnaway relay")
            case $previous in
                --config) compopt -o filenames; offered=(-f) ;;
                *) offered=(-W '-h --help -V --version --config --check-config --list-settings --print-schema --no-sandbox --migrate-spool') ;;
            esac ;;
    esac
    mapfile -t COMPREPLY < <(compgen "${offered[@]}" -- "$word")
}
complete -F _turnaway turnaway
