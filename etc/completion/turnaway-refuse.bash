# bash completion for turnaway-refuse(8)
_turnaway_refuse() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  case $before in
    --stage) mapfile -t COMPREPLY < <(compgen -W "auto greeting helo mail rcpt" -- "$word"); return ;;
    --log) mapfile -t COMPREPLY < <(compgen -W "json text none" -- "$word"); return ;;
    --user) mapfile -t COMPREPLY < <(compgen -u -- "$word"); return ;;
    --listen | --metrics | --hostname | --idle-timeout | --session-timeout | --max-connections | \
      --max-per-address | --pressure-connections | --pressure-per-address | --workers) COMPREPLY=(); return ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "--listen --hostname --stage --idle-timeout --session-timeout \
    --max-connections --max-per-address --pressure-connections --pressure-per-address --workers --log --metrics --user --no-sandbox --help -V --version" -- "$word")
}
complete -F _turnaway_refuse turnaway-refuse
