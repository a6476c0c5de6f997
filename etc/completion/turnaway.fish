# fish completion for turnaway; install in /usr/share/fish/vendor_completions.d

complete -c turnaway -f
complete -c turnaway -n __fish_use_subcommand -a demo -d 'Show five real messages going through turnaway-relay'
complete -c turnaway -n __fish_use_subcommand -a doctor -d 'Look at everything the relay needs'
complete -c turnaway -n __fish_use_subcommand -a explain -d 'Say what a mail reply or its code means'
complete -c turnaway -n __fish_use_subcommand -a park -d 'Say what a domain that takes no mail should publish'
complete -c turnaway -n __fish_use_subcommand -a queue -d 'Look at the queue of the relay and change it'
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
complete -c turnaway -n '__fish_seen_subcommand_from doctor' -l config -r -F -d 'The configuration file of the relay'
complete -c turnaway -n '__fish_seen_subcommand_from doctor' -l json -d 'Write one JSON object for each finding'
complete -c turnaway -n '__fish_seen_subcommand_from doctor' -l port25-target -x -d 'The host to try'
complete -c turnaway -n '__fish_seen_subcommand_from doctor' -l dns-name -x -d 'The name to ask DNS for'
complete -c turnaway -n '__fish_seen_subcommand_from doctor' -l color -x -a 'auto always never' -d 'Use colours'

# Whether `turnaway queue` with one of these is being written.
function __turnaway_queue
    __fish_seen_subcommand_from queue; and __fish_seen_subcommand_from $argv
end
function __turnaway_queue_bare
    __fish_seen_subcommand_from queue
    and not __fish_seen_subcommand_from list show hold release delete flush export summary hosts forget
end
complete -c turnaway -n __turnaway_queue_bare -a list -d 'List the messages in the queue'
complete -c turnaway -n __turnaway_queue_bare -a show -d 'Show all that is known of a message'
complete -c turnaway -n __turnaway_queue_bare -a hold -d 'Keep messages from being tried'
complete -c turnaway -n __turnaway_queue_bare -a release -d 'Let held messages be tried again'
complete -c turnaway -n __turnaway_queue_bare -a delete -d 'Delete messages; nobody gets a report'
complete -c turnaway -n __turnaway_queue_bare -a flush -d 'Try messages now that wait for their time'
complete -c turnaway -n __turnaway_queue_bare -a export -d 'Write the content of a message'
complete -c turnaway -n __turnaway_queue_bare -a summary -d 'Count what waits for each domain'
complete -c turnaway -n __turnaway_queue_bare -a hosts -d 'List the hosts that take no mail'
complete -c turnaway -n __turnaway_queue_bare -a forget -d 'Forget that a host takes no mail'
complete -c turnaway -n '__fish_seen_subcommand_from queue' -l socket -r -F -d 'The control socket of the relay'
complete -c turnaway -n '__fish_seen_subcommand_from queue' -l config -r -F -d 'Use the socket of this configuration'
complete -c turnaway -n '__turnaway_queue list show hold release delete flush summary hosts forget' -l json -d 'Write one JSON object a line'
complete -c turnaway -n '__turnaway_queue list show summary hosts' -l color -x -a 'auto always never' -d 'Use colours'
complete -c turnaway -n '__turnaway_queue list summary' -l limit -x -d 'At most so many'
complete -c turnaway -n '__turnaway_queue hold release delete flush forget' -l all -d 'Every one'
complete -c turnaway -n '__turnaway_queue delete' -l yes -d 'With --all: you mean it'
complete -c turnaway -n '__turnaway_queue list hold release delete flush' -l domain -x -d 'Only for this domain'
complete -c turnaway -n '__turnaway_queue list hold release delete' -l sender -x -d 'Only from senders that contain this'
complete -c turnaway -n '__turnaway_queue list hold release delete' -l recipient -x -d 'Only for recipients that contain this'
complete -c turnaway -n '__turnaway_queue list hold release delete' -l state -x -a 'waiting held unreportable' -d 'Only in this state'
complete -c turnaway -n '__turnaway_queue list hold release delete' -l older -x -d 'Only those that came longer ago'
complete -c turnaway -n '__turnaway_queue list hold release delete' -l newer -x -d 'Only those that came since'

# Whether `turnaway park` with one of these is being written.
function __turnaway_park
    __fish_seen_subcommand_from park; and __fish_seen_subcommand_from $argv
end
function __turnaway_park_bare
    __fish_seen_subcommand_from park; and not __fish_seen_subcommand_from records
end
complete -c turnaway -n __turnaway_park_bare -a records -d 'Say what a domain should publish'
complete -c turnaway -n '__turnaway_park records' -l intent -x -a 'none send-only receive-only' -d 'What mail the domain is meant to have'
complete -c turnaway -n '__turnaway_park records' -l zone -x -d 'The zone that holds the domain'
complete -c turnaway -n '__turnaway_park records' -l ttl -x -d 'How long records may be kept'
complete -c turnaway -n '__turnaway_park records' -l name -x -d 'A name that has an address and takes no mail'
complete -c turnaway -n '__turnaway_park records' -l wildcard -d 'Records for names that do not exist too'
complete -c turnaway -n '__turnaway_park records' -l dkim-wildcard -d 'An empty DKIM key for every selector'
complete -c turnaway -n '__turnaway_park records' -l no-np -d 'No np= in the DMARC record'
complete -c turnaway -n '__turnaway_park records' -l rua -x -d 'Where DMARC reports go'
complete -c turnaway -n '__turnaway_park records' -l spf-include -x -d 'Who sends, by the domain of their SPF'
complete -c turnaway -n '__turnaway_park records' -l spf-ip -x -d 'Who sends, by address or network'
complete -c turnaway -n '__turnaway_park records' -l helo -x -d 'A name that a sending host says in HELO'
complete -c turnaway -n '__turnaway_park records' -l null-mx -d 'A null MX although it sends'
complete -c turnaway -n '__turnaway_park records' -l provider -x -a 'azure bind cloudflare digitalocean gandi google hetzner linode namecheap netcup ovh porkbun route53 vultr' -d 'Who hosts the DNS'
complete -c turnaway -n '__turnaway_park records' -l refusing-host -x -d 'A host that answers 521'
complete -c turnaway -n '__turnaway_park records' -l input -r -F -d 'A list of domains'
complete -c turnaway -n '__turnaway_park records' -l column -x -d 'The list is CSV: take this column'
complete -c turnaway -n '__turnaway_park records' -l no-header -d 'The first row of the CSV is no header'
complete -c turnaway -n '__turnaway_park records' -l format -x -a 'zone table json octodns dnscontrol terraform nsupdate' -d 'How to write it'
complete -c turnaway -n '__turnaway_park records' -l json -d 'The same as --format json'
complete -c turnaway -n '__turnaway_park records' -l why -d 'Say all there is to know'
complete -c turnaway -n '__turnaway_park records' -l look -d 'Ask DNS which of the usual names have an address'
complete -c turnaway -n '__turnaway_park records' -l resolver -x -d 'Whom to ask'
complete -c turnaway -n '__turnaway_park records' -l timeout -x -d 'How long to wait'
complete -c turnaway -n '__turnaway_park records' -l color -x -a 'auto always never' -d 'Use colours'
