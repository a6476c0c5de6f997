# fish completion for turnaway-gate, made from its --help by tools/write_completions.py
# Whether the command line is at this command, such as: turnaway park records
function __turnaway-gate_is
    set -l command turnaway-gate
    for word in (commandline -opc)
        switch "$command $word"
            case 'turnaway-gate filter'
                set command "$command $word"
        end
    end
    test "$command" = "$argv"
end
complete -c turnaway-gate -f
complete -c turnaway-gate -n '__turnaway-gate_is turnaway-gate' -a filter -d 'Serve OpenSMTPD, which starts it, over standard input and output'
complete -c turnaway-gate -n '__turnaway-gate_is turnaway-gate' -s h -l help -d 'Print this help and exit'
complete -c turnaway-gate -n '__turnaway-gate_is turnaway-gate' -s V -l version -d 'Print the version and exit'
complete -c turnaway-gate -n '__turnaway-gate_is turnaway-gate' -l config -r -F -d 'The configuration file; with --check-config - is standard input'
complete -c turnaway-gate -n '__turnaway-gate_is turnaway-gate' -l check-config -d 'Check the configuration and exit'
complete -c turnaway-gate -n '__turnaway-gate_is turnaway-gate' -l list-settings -d 'Print every setting with its default and exit'
complete -c turnaway-gate -n '__turnaway-gate_is turnaway-gate' -l print-schema -d 'The same as JSON'
complete -c turnaway-gate -n '__turnaway-gate_is turnaway-gate' -l no-sandbox -d 'Run without landlock and seccomp (where the system has none)'
complete -c turnaway-gate -n '__turnaway-gate_is turnaway-gate filter' -s h -l help -d 'Print this help and exit'
