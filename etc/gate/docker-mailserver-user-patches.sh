#!/bin/sh
# docker-mailserver asks turnaway-gate about each recipient: docker-data/dms/config/user-patches.sh, which it runs before Postfix
# starts. Needs a container turnaway-gate in the same network, with [listen] policy = ["0.0.0.0:10040"] in its turnaway-gate.conf.
#
# docker-mailserver adds to smtpd_recipient_restrictions itself, so the gate is put before what is there, instead of a list in
# postfix-main.cf that would replace it. Strangers who may not relay are refused first: with "compatibility_level = 2" that needs the
# first line. If the gate does not answer within 4s, Postfix passes the recipient (DUNNO).
set -eu
postconf 'smtpd_relay_before_recipient_restrictions = yes'
gate='check_policy_service { inet:turnaway-gate:10040, timeout=4s, default_action=DUNNO }'
own=$(postconf -h smtpd_recipient_restrictions)
case $own in
  *inet:turnaway-gate:*) ;;  # the container was started again
  *) postconf "smtpd_recipient_restrictions = $gate, $own" ;;
esac
