# fish completion for turnaway-relay(8)
complete -c turnaway-relay -f
complete -c turnaway-relay -l config -r -F -d 'Configuration file'
complete -c turnaway-relay -l check-config -d 'Check the configuration and exit'
complete -c turnaway-relay -l list-settings -d 'Print every setting with its default'
complete -c turnaway-relay -l print-schema -d 'Print every setting as JSON'
complete -c turnaway-relay -l no-sandbox -d 'Run without landlock and seccomp'
complete -c turnaway-relay -s h -l help -d 'Print the options and an example'
complete -c turnaway-relay -s V -l version -d 'Print the version'
