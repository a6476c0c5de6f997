# fish completion for turnaway-relay, made from its --help by tools/write_completions.py
complete -c turnaway-relay -f
complete -c turnaway-relay -s h -l help -d 'Print this help and exit'
complete -c turnaway-relay -s V -l version -d 'Print the version and exit'
complete -c turnaway-relay -l config -r -F -d 'The configuration file; with --check-config - is standard input'
complete -c turnaway-relay -l check-config -d 'Check the configuration and exit'
complete -c turnaway-relay -l list-settings -d 'Print every setting with its default and exit'
complete -c turnaway-relay -l print-schema -d 'The same as JSON'
complete -c turnaway-relay -l no-sandbox -d 'Run without landlock and seccomp (where the system has none)'
complete -c turnaway-relay -l migrate-spool -d 'Make or upgrade the tables of a queue in a database, and exit'
