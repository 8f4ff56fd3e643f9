# shellcheck shell=bash
# Starting and stopping the parts, so that each can be away for a while.

# wait_for runs a command until it succeeds, for at most some seconds.
wait_for() {
	local seconds=$1
	shift
	for _ in $(seq $((seconds * 5))); do
		"$@" >/dev/null 2>&1 && return
		sleep 0.2
	done
	return 1
}

listens() { (: <"/dev/tcp/$1/$2") 2>/dev/null; }

start_unbound() { unbound -c /etc/unbound-teststack.conf && wait_for 10 listens 127.0.0.1 53; }
stop_unbound() { stop_by /run/unbound.pid; }

start_opendkim() {
	opendkim -x "/etc/opendkim-$1/opendkim.conf"
	wait_for 10 listens 127.0.0.1 "$([ "$1" = desk ] && echo 8891 || echo 8892)"
}
stop_opendkim() { stop_by "/run/opendkim-$1.pid"; }

start_opendmarc() { opendmarc -c /etc/opendmarc-desk.conf && wait_for 10 listens 127.0.0.1 8893; }

start_dovecot() { dovecot && wait_for 10 listens 127.0.0.10 993; }
stop_dovecot() { doveadm stop; }

start_postfix() {
	postfix -c "$(postfix_dir "$1")" start >>"$work/postfix.log" 2>&1
	wait_for 20 listens "$([ "$1" = desk ] && echo 127.0.0.10 || echo 127.0.0.20)" 25
}
stop_postfix() { postfix -c "$(postfix_dir "$1")" stop >/dev/null 2>&1; }
postfix_dir() { [ "$1" = desk ] && echo /etc/postfix || echo /etc/postfix-north; }

stop_by() {
	local pid
	pid=$(cat "$1")
	kill "$pid"
	wait_for 10 gone "$pid"
	rm -f "$1"
}
gone() { ! kill -0 "$1" 2>/dev/null; }

start_all() {
	start_unbound || broken unbound
	start_opendkim desk || broken "opendkim desk"
	start_opendkim north || broken "opendkim north"
	start_opendmarc || broken opendmarc
	start_dovecot || broken dovecot
	start_postfix desk || broken "postfix desk"
	start_postfix north || broken "postfix north"
}

broken() {
	echo "FAIL: $1 does not start"
	tail -n 20 /run/*.log "$work"/*.log /var/spool/postfix-*/maillog 2>/dev/null
	exit 1
}

# unit gives the value of a setting of the shipped unit.
unit() { sed -n "s/^$1=//p" /etc/systemd/system/countersign.service | tail -n 1; }

# start_daemon does what systemd does for the shipped unit, as far as a process
# can see it: folders, user, groups, environment, command. No systemd runs here.
start_daemon() {
	local user group supplementary
	user=$(unit User) group=$(unit Group) supplementary=$(unit SupplementaryGroups)
	install -d -o "$user" -g "$group" -m "$(unit StateDirectoryMode)" "/var/lib/$(unit StateDirectory)"
	install -d -o "$user" -g "$group" -m "$(unit RuntimeDirectoryMode)" "/run/$(unit RuntimeDirectory)"
	(
		umask "$(unit UMask)"
		exec env -i PATH=/usr/local/bin:/usr/bin:/bin LANG=C "USER=$user" "HOME=$(getent passwd "$user" | cut -d: -f6)" \
			"RUNTIME_DIRECTORY=/run/$(unit RuntimeDirectory)" "STATE_DIRECTORY=/var/lib/$(unit StateDirectory)" \
			"CONFIGURATION_DIRECTORY=/etc/$(unit ConfigurationDirectory)" \
			setpriv --reuid "$user" --regid "$group" --groups "$group,$supplementary" --no-new-privs --bounding-set=-all \
			bash -c "exec $(unit ExecStart)" >>"$work/daemon.log" 2>&1
	) &
	daemon=$!
	wait_for 30 countersign mailbox status
}

stop_daemon() {
	kill "$daemon"
	wait "$daemon" || true
}
