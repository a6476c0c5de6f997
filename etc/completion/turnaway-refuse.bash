# bash completion for turnaway-refuse, made from its --help by tools/write_completions.py
_turnaway_refuse() {
    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command=turnaway-refuse
    # bash makes a word of the = in --option=value
    if [[ $word == = ]]; then word=; elif [[ $previous == = ]]; then previous=${COMP_WORDS[COMP_CWORD - 2]}; fi
    local -a offered=()
    COMPREPLY=()
    case $command in
        "turnaway-refuse")
            case $previous in
                --listen | --idle-timeout | --session-timeout | --max-connections | --max-per-address | --pressure-connections | --pressure-per-address | --workers | --metrics) return ;;
                --hostname) offered=(-A hostname) ;;
                --stage) offered=(-W 'auto greeting helo mail rcpt') ;;
                --log) offered=(-W 'json text none') ;;
                --user) offered=(-u) ;;
                *) offered=(-W '-h --help -V --version --listen --hostname --stage --idle-timeout --session-timeout --max-connections --max-per-address --pressure-connections --pressure-per-address --workers --log --metrics --user --no-sandbox') ;;
            esac ;;
    esac
    mapfile -t COMPREPLY < <(compgen "${offered[@]}" -- "$word")
}
complete -F _turnaway_refuse turnaway-refuse
