# bash completion for turnaway-gate, made from its --help by tools/write_completions.py
_turnaway_gate() {
    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]} command=turnaway-gate
    # bash makes a word of the = in --option=value
    if [[ $word == = ]]; then word=; elif [[ $previous == = ]]; then previous=${COMP_WORDS[COMP_CWORD - 2]}; fi
    local i
    for ((i = 1; i < COMP_CWORD; i++)); do
        case "$command ${COMP_WORDS[i]}" in
            "turnaway-gate filter" | "turnaway-gate test" | "turnaway-gate learn") command+=" ${COMP_WORDS[i]}" ;;
        esac
    done
    local -a offered=()
    COMPREPLY=()
    case $command in
        "turnaway-gate")
            case $previous in
                --config) compopt -o filenames; offered=(-f) ;;
                *) offered=(-W 'filter test learn -h --help -V --version --config --check-config --list-settings --print-schema --no-sandbox') ;;
            esac ;;
        "turnaway-gate filter") offered=(-W '-h --help') ;;
        "turnaway-gate test")
            case $previous in
                --recipient | --sender | --client | --user) return ;;
                *) offered=(-W '-h --help --recipient --sender --client --user --json') ;;
            esac ;;
        "turnaway-gate learn")
            case $previous in
                --log) compopt -o filenames; offered=(-f) ;;
                *) offered=(-W '-h --help --log') ;;
            esac ;;
    esac
    mapfile -t COMPREPLY < <(compgen "${offered[@]}" -- "$word")
}
complete -F _turnaway_gate turnaway-gate
