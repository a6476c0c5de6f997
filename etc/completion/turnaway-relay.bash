# bash completion for turnaway-relay, made from its --help by tools/write_completions.py
_turnaway_relay() {
    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command=turnaway-relay
    # bash makes a word of the = in --option=value
    if [[ $word == = ]]; then word=; elif [[ $previous == = ]]; then previous=${COMP_WORDS[COMP_CWORD - 2]}; fi
    local -a offered=()
    COMPREPLY=()
    case $command in
        "turnaway-relay")
            case $previous in
                --config) compopt -o filenames; offered=(-f) ;;
                *) offered=(-W '-h --help -V --version --config --check-config --list-settings --print-schema --no-sandbox --migrate-spool') ;;
            esac ;;
    esac
    mapfile -t COMPREPLY < <(compgen "${offered[@]}" -- "$word")
}
complete -F _turnaway_relay turnaway-relay
