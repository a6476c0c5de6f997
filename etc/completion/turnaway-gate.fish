# fish completion for turnaway-gate, made from its --help by tools/write_completions.py
complete -c turnaway-gate -f
complete -c turnaway-gate -s h -l help -d 'Print this help and exit'
complete -c turnaway-gate -s V -l version -d 'Print the version and exit'
complete -c turnaway-gate -l config -r -F -d 'The configuration file; with --check-config - is standard input'
complete -c turnaway-gate -l check-config -d 'Check the configuration and exit'
complete -c turnaway-gate -l list-settings -d 'Print every setting with its default and exit'
complete -c turnaway-gate -l print-schema -d 'The same as JSON'
complete -c turnaway-gate -l no-sandbox -d 'Run without landlock and seccomp (where the system has none)'
