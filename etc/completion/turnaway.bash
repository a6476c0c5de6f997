# bash completion for turnaway; install as /usr/share/bash-completion/completions/turnaway

_turnaway() {
    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
    local commands="check codes demo doctor explain park queue refuse relay"
    if (( COMP_CWORD == 1 )); then
        mapfile -t COMPREPLY < <(compgen -W "$commands -h --help -V --version" -- "$word")
        return
    fi
    case ${COMP_WORDS[1]} in
        check)
            case $previous in
                --color)
                    mapfile -t COMPREPLY < <(compgen -W "auto always never" -- "$word")
                    return ;;
                --trust-anchor | --input | --output)
                    mapfile -t COMPREPLY < <(compgen -f -- "$word")
                    return ;;
                --egress)
                    mapfile -t COMPREPLY < <(compgen -A hostname -- "$word")
                    return ;;
                --port | --resolver | --timeout | --column | --delimiter | --parallel)
                    COMPREPLY=()
                    return ;;
            esac
            mapfile -t COMPREPLY < <(compgen -W "-h --help --connect --host --private-allowed --loopback-allowed --port --egress --resolver --trust-anchor --timeout --why --fix --json --csv --nagios -q --quiet --color --input --column --delimiter --no-header --output --resume --parallel --progress" -- "$word") ;;
        demo)
            case $previous in
                --color)
                    mapfile -t COMPREPLY < <(compgen -W "auto always never" -- "$word")
                    return ;;
                --keep)
                    mapfile -t COMPREPLY < <(compgen -d -- "$word")
                    return ;;
            esac
            mapfile -t COMPREPLY < <(compgen -W "-h --help --once --dialogues --json --keep --color" -- "$word") ;;
        doctor)
            case $previous in
                --color)
                    mapfile -t COMPREPLY < <(compgen -W "auto always never" -- "$word")
                    return ;;
                --config)
                    mapfile -t COMPREPLY < <(compgen -f -- "$word")
                    return ;;
                --port25-target | --dns-name)
                    mapfile -t COMPREPLY < <(compgen -A hostname -- "$word")
                    return ;;
            esac
            mapfile -t COMPREPLY < <(compgen -W "-h --help --config --json --port25-target --dns-name --color" -- "$word") ;;
        codes)
            mapfile -t COMPREPLY < <(compgen -W "-h --help --json --csv" -- "$word") ;;
        explain)
            case $previous in
                --color)
                    mapfile -t COMPREPLY < <(compgen -W "auto always never" -- "$word")
                    return ;;
                --provider)
                    mapfile -t COMPREPLY < <(compgen -W "Gmail Yahoo Yandex GMX Orange" -- "$word")
                    return ;;
            esac
            mapfile -t COMPREPLY < <(compgen -W "-h --help --json --provider --color" -- "$word") ;;
        park)
            if (( COMP_CWORD == 2 )); then
                mapfile -t COMPREPLY < <(compgen -W "audit records -h --help" -- "$word")
                return
            fi
            local wish="--intent --zone --ttl --name --wildcard --dkim-wildcard --no-np --rua --spf-include --spf-ip --helo
                --null-mx --provider --refusing-host"
            local hosts="azure bind cloudflare desec digitalocean dnsimple exoscale gandi godaddy google he hetzner ionos linode loopia namecheap namecom netcup netlify ovh porkbun powerdns route53 transip vultr"
            case $previous in
                --color)
                    mapfile -t COMPREPLY < <(compgen -W "auto always never" -- "$word")
                    return ;;
                --intent)
                    mapfile -t COMPREPLY < <(compgen -W "none send-only receive-only" -- "$word")
                    return ;;
                --format)
                    mapfile -t COMPREPLY < <(compgen -W "zone table json octodns dnscontrol terraform nsupdate" -- "$word")
                    return ;;
                --provider)
                    mapfile -t COMPREPLY < <(compgen -W "$hosts" -- "$word")
                    return ;;
                --input | --output | --since | --html)
                    mapfile -t COMPREPLY < <(compgen -f -- "$word")
                    return ;;
                --abuse | --column | --delimiter | --parallel | --zone | --ttl | --name | --rua | --spf-include | --spf-ip | --helo | --refusing-host | --resolver | --timeout)
                    COMPREPLY=()
                    return ;;
            esac
            case ${COMP_WORDS[2]} in
                audit)
                    local audit="-h --help --intent --abuse --retire-mta-sts --resolver --timeout --input --column --delimiter --no-header
                        --output --resume --parallel --progress --json --csv --nagios --since --html --color"
                    mapfile -t COMPREPLY < <(compgen -W "$audit" -- "$word") ;;
                records)
                    wish+=" -h --help --input --column --no-header --format --json --why --look --resolver --timeout --color"
                    mapfile -t COMPREPLY < <(compgen -W "$wish" -- "$word") ;;
            esac ;;
        queue)
            if (( COMP_CWORD == 2 )); then
                mapfile -t COMPREPLY < <(compgen -W "list show hold release delete flush export summary hosts forget recover -h --help" -- "$word")
                return
            fi
            case $previous in
                --color)
                    mapfile -t COMPREPLY < <(compgen -W "auto always never" -- "$word")
                    return ;;
                --state)
                    mapfile -t COMPREPLY < <(compgen -W "waiting held unreportable corrupt" -- "$word")
                    return ;;
                --socket | --config | --spool)
                    mapfile -t COMPREPLY < <(compgen -f -- "$word")
                    return ;;
                --sender | --recipient | --domain | --older | --newer | --limit)
                    COMPREPLY=()
                    return ;;
            esac
            local common="-h --help --socket --config"
            local filters="--sender --recipient --domain --state --older --newer"
            case ${COMP_WORDS[2]} in
                list) common+=" $filters --limit --json --color" ;;
                show | hosts) common+=" --json --color" ;;
                summary) common+=" --limit --json --color" ;;
                hold | release) common+=" $filters --all --json" ;;
                delete) common+=" $filters --all --yes --json" ;;
                flush) common+=" --domain --all --json" ;;
                forget) common+=" --all --json" ;;
                export) common+=" --json" ;;
                recover) common="-h --help --spool --config --json" ;;
            esac
            mapfile -t COMPREPLY < <(compgen -W "$common" -- "$word") ;;
    esac
}
complete -F _turnaway turnaway
