# fish completion for turnaway-gate, made from its --help by tools/write_completions.py
# Whether the command line is at this command, such as: turnaway park records
function __turnaway-gate_is
    set -l command turnaway-gate
    for word in (commandline -opc)
        switch "$command $word"
            case 'turnaway-gate filter' 'turnaway-gate test' 'turnaway-gate learn'
                set command "$command $word"
        end
    end
    test "$command" = "$argv"
end
complete -c turnaway-gate -f
complete -c turnaway-gate -n '__turnaway-gate_is turnaway-gate' -a filter -d 'Serve OpenSMTPD, which starts it, over standard input and output'
complete -c turnaway-gate -n '__turnaway-gate_is turnaway-gate' -a test -d 'Show the decision about a recipient, and the answer in each protocol'
complete -c turnaway-gate -n '__turnaway-gate_is turnaway-gate' -a learn -d 'Read the log of a mail server for hosts that refuse all mail with 521'
complete -c turnaway-gate -n '__turnaway-gate_is turnaway-gate' -s h -l help -d 'Print this help and exit'
complete -c turnaway-gate -n '__turnaway-gate_is turnaway-gate' -s V -l version -d 'Print the version and exit'
complete -c turnaway-gate -n '__turnaway-gate_is turnaway-gate' -l config -r -F -d 'The configuration file; with --check-config - is standard input'
complete -c turnaway-gate -n '__turnaway-gate_is turnaway-gate' -l check-config -d 'Check the configuration and exit'
complete -c turnaway-gate -n '__turnaway-gate_is turnaway-gate' -l list-settings -d 'Print every setting with its default and exit'
complete -c turnaway-gate -n '__turnaway-gate_is turnaway-gate' -l print-schema -d 'The same as JSON'
complete -c turnaway-gate -n '__turnaway-gate_is turnaway-gate' -l no-sandbox -d 'Run without landlock and seccomp (where the system has none)'
complete -c turnaway-gate -n '__turnaway-gate_is turnaway-gate filter' -s h -l help -d 'Print this help and exit'
complete -c turnaway-gate -n '__turnaway-gate_is turnaway-gate test' -s h -l help -d 'Print this help and exit'
complete -c turnaway-gate -n '__turnaway-gate_is turnaway-gate test' -l recipient -x -d 'The address of the recipient'
complete -c turnaway-gate -n '__turnaway-gate_is turnaway-gate test' -l sender -x -d 'The address of the sender; empty: <>'
complete -c turnaway-gate -n '__turnaway-gate_is turnaway-gate test' -l client -x -d 'The address of the client'
complete -c turnaway-gate -n '__turnaway-gate_is turnaway-gate test' -l user -x -d 'The authenticated user'
complete -c turnaway-gate -n '__turnaway-gate_is turnaway-gate test' -l json -d 'Write one JSON object'
complete -c turnaway-gate -n '__turnaway-gate_is turnaway-gate learn' -s h -l help -d 'Print this help and exit'
complete -c turnaway-gate -n '__turnaway-gate_is turnaway-gate learn' -l log -r -F -d 'The log of Postfix, Exim or Sendmail; - is standard input'
