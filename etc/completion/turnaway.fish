# fish completion for turnaway; install in /usr/share/fish/vendor_completions.d

complete -c turnaway -f
complete -c turnaway -n __fish_use_subcommand -a demo -d 'Show five real messages going through turnaway-relay'
complete -c turnaway -n __fish_use_subcommand -a explain -d 'Say what a mail reply or its code means'
complete -c turnaway -n __fish_use_subcommand -a refuse -d 'The host that takes no mail'
complete -c turnaway -n __fish_use_subcommand -a relay -d 'The relay that knows before it dials'
complete -c turnaway -n __fish_use_subcommand -s V -l version -d 'Print the version'
complete -c turnaway -s h -l help -d 'Print the help'
complete -c turnaway -n '__fish_seen_subcommand_from explain' -l json -d 'Write one JSON object for each reply'
complete -c turnaway -n '__fish_seen_subcommand_from explain' -l provider -x -a 'Gmail Yahoo Yandex GMX Orange' -d 'The provider the replies come from'
complete -c turnaway -n '__fish_seen_subcommand_from explain' -l color -x -a 'auto always never' -d 'Use colours'
complete -c turnaway -n '__fish_seen_subcommand_from demo' -l once -d 'End after the five cases'
complete -c turnaway -n '__fish_seen_subcommand_from demo' -l json -d 'Write one JSON object for each case'
complete -c turnaway -n '__fish_seen_subcommand_from demo' -l keep -x -a '(__fish_complete_directories)' -d 'Keep settings, queue and logs'
complete -c turnaway -n '__fish_seen_subcommand_from demo' -l color -x -a 'auto always never' -d 'Use colours'
