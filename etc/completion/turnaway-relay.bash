# bash completion for turnaway-relay(8)
_turnaway_relay() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  if [[ $before == --config ]]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
    return
  fi
  mapfile -t COMPREPLY < <(compgen -W "--config --check-config --list-settings --print-schema --no-sandbox --help \
    --version" -- "$word")
}
complete -o filenames -F _turnaway_relay turnaway-relay
