# shellcheck shell=bash
# What is shown on the servers, told line by line. The README's text is taken
# literally: its blocks are run and written as they stand there.

failures=0
ok() { printf '  ok    %s\n' "$*"; }
bad() {
	printf '  FAIL  %s\n' "$*"
	failures=$((failures + 1))
}
# check says whether a command succeeds, within some seconds.
check() {
	local what=$1 seconds=$2
	shift 2
	if wait_for "$seconds" "$@"; then ok "$what"; else bad "$what"; fi
}
# status says whether a command ends with that exit status.
status() {
	local what=$1 want=$2 got=0
	shift 2
	"$@" >"$work/out" 2>&1 || got=$?
	if [ "$got" = "$want" ]; then ok "$what (exit $got)"; else
		bad "$what: exit $got, want $want: $(head -c 300 "$work/out")"
	fi
}

# block gives the n-th fenced block of a language in the README.
block() { awk -v lang="$1" -v n="$2" '
	$0 ~ "^ *```" lang "$" { if (++i == n) { on = 1; match($0, /^ */); cut = RLENGTH; next } }
	on && /^ *```$/ { exit }
	on { print substr($0, cut + 1) }' "$repo/README.md"; }

# as runs a command as a Unix user, in their groups.
as() {
	local user=$1
	shift
	setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups env -i PATH=/usr/local/bin:/usr/bin:/bin "$@"
}
sam() { as sam countersign "$@"; }

store() { echo "/var/mail/store/${1#*@}/${1%@*}"; }

# latest gives the newest mail of a mailbox whose text matches.
latest() { grep -lrs --include='*' -- "$2" "$(store "$1")"/{new,cur} | xargs -r ls -t | head -n 1; }
has_mail() { [ -n "$(latest "$@")" ]; }
field() { formail_c "$2" | sed -n "s/^$1: *//Ip" | head -n 1; }
# formail_c unfolds the header of a mail.
formail_c() { awk '/^\r?$/ { exit } { sub(/\r$/, "") } /^[ \t]/ { printf " %s", substr($0, 2); next } { if (NR > 1) print ""; printf "%s", $0 } END { print "" }' "$1"; }

state_of() { sam ticket show "$1" --json | sed -n 's/.*"state":"\([a-z]*\)".*/\1/p'; }
is_state() { [ "$(state_of "$1")" = "$2" ]; }
judged() { sam message list --json | grep -q -- "$1"; }

# open_ticket opens a ticket for a customer and gives its number.
open_ticket() {
	sam ticket open --contact "$1" --channel chat --class password-change --subject "Reset SFTP password for $2" --agent sam --json |
		sed -n 's/.*"ticket":"\(T-[0-9]*\)".*/\1/p'
}

# question waits for the question of a ticket and gives the file of the mail.
question() {
	wait_for 20 has_mail "$1" "^Subject: \[$2-" || true
	latest "$1" "^Subject: \[$2-"
}

story() {
	set +e # a line that fails is told, and the others follow
	install_by_readme
	who_may_connect
	three_clients
	forged_and_machines
	other_ways
	the_border
	outages
	stop_daemon
	echo
	if [ "$failures" -gt 0 ]; then
		echo "$failures of the lines above failed; the daemon's log:"
		tail -n 40 "$work/daemon.log"
		exit 1
	fi
	echo "all of it held"
}

# systemctl stands in for systemd, which does not run here.
systemctl() { start_daemon; }

install_by_readme() {
	echo "The README's text, literally"
	cd "$repo"
	mkdir -p /etc/systemd/system
	useradd sam && useradd stranger
	eval "$(block sh 1)" && ok "built and installed by the README's commands"
	block toml 1 >/etc/countersign/countersign.toml
	eval "$(block sh 2 | sed 's|/dev/stdin|<(echo "secret-of-support@desk.example")|')" && ok "configuration and secrets as the README has them"
	cat >"$work/contacts.csv" <<-TXT
		client,client_name,email,name,role,permissions,language
		north,Northwind,ada@north.example,Ada Berg,primary,,en
		north,Northwind,bea@north.example,Bea Dahl,authorised,privileged,en
		north,Northwind,gone@north.example,Gus Eng,authorised,privileged,en
	TXT
	cd "$work"
	eval "$(block sh 3)" && ok "people on file, daemon started as the unit says" || bad "the README's commands failed"
	status "check-config" 0 countersign check-config
}

who_may_connect() {
	echo "Who reaches the daemon"
	status "root" 0 countersign mailbox status
	status "sam, a member of the group" 0 sam mailbox status
	status "a stranger" 77 as stranger countersign mailbox status
}

three_clients() {
	local client ticket
	echo "A customer's YES from three mail programs"
	for client in swaks s-nail neomutt; do
		ticket=$(open_ticket ada@north.example "web-$client")
		status "$client: nothing may be done before" 77 sam authorize "$ticket" password-change --agent sam
		"answer_by_${client/-/_}" ada@north.example "$(question ada@north.example "$ticket")" YES >"$work/client" 2>&1 || bad "$client: $(tail -n 3 "$work/client")"
		check "$client: $ticket confirmed" 20 is_state "$ticket" confirmed
		status "$client: and may be done" 0 sam authorize "$ticket" password-change --agent sam
	done
}

answer_by_swaks() {
	local from=$1 mail=$2 text=$3 more=${4:-X-Mailer: swaks} id
	id=$(field Message-ID "$mail")
	swaks --server 127.0.0.20 --from "$from" --to "$(field Reply-To "$mail" | grep -o 'support+[^>]*')" --hide-all \
		--header "Subject: Re: $(field Subject "$mail")" --header "In-Reply-To: $id" --header "References: $id" --header "$more" --body "$text"
}

answer_by_s_nail() {
	mailbox_of_one "$2"
	printf 'reply 1\n%s\n~.\n' "$3" | s-nail -n -# -S v15-compat=yes -S mta=smtp://127.0.0.20:25 -S smtp-auth=none -S "from=$1" -S reply-to-honour=yes -S sendwait -S expandaddr -f "$work/one"
}

answer_by_neomutt() {
	mailbox_of_one "$2"
	cat >"$work/neomuttrc" <<-TXT
		set folder="$work" spoolfile="$work/one" from="$1" realname="Ada Berg" smtp_url="smtp://127.0.0.20:25/"
		set ssl_starttls=no ssl_force_tls=no reply_to=yes reply_self=no abort_unmodified=no abort_nosubject=no recall=no record="" copy=no autoedit=yes edit_headers=no fast_reply=yes include=yes sort=date quit=yes
		set editor="sh -c 'printf \"$3\\n\\n\" | cat - \"\$1\" >\"\$1.new\" && mv \"\$1.new\" \"\$1\"' edit"
		push "<reply><send-message><quit>"
	TXT
	TERM=xterm timeout 30 script -qec "neomutt -n -F $work/neomuttrc -f $work/one" /dev/null
}

# mailbox_of_one makes an mbox of one mail, for programs that read files.
mailbox_of_one() {
	{
		echo "From MAILER-DAEMON Thu Jan  1 00:00:00 2026"
		tr -d '\r' <"$1"
		echo
	} >"$work/one"
}

forged_and_machines() {
	local ticket mail
	echo "Who did not write"
	ticket=$(open_ticket ada@north.example web-forged)
	mail=$(question ada@north.example "$ticket")
	swaks --server 127.0.0.10 --local-interface 127.0.0.30 --helo evil.example --from "<eve@evil.example>" --to "$(field Reply-To "$mail" | grep -o 'support+[^>]*')" \
		--hide-all --header "From: ada@north.example" --header "Subject: Re: $(field Subject "$mail")" --body "YES"
	check "forged from outside, with the secret: dmarc_fail" 20 judged '"reason":"dmarc_fail"'
	status "forged: nothing may be done" 77 sam authorize "$ticket" password-change --agent sam

	mkdir -p "$(store bea@north.example)"
	cat >"$(store bea@north.example)/active.sieve" <<-'TXT'
		require ["vacation"];
		vacation :days 1 "YES, I am away until Monday.";
	TXT
	chown -R vmail: /var/mail/store/north.example
	ticket=$(open_ticket bea@north.example web-vacation)
	mail=$(question bea@north.example "$ticket")
	check "Sieve's vacation leaves our question alone: it says Auto-Submitted" 1 only_mail "$mail"
	answer_by_swaks bea@north.example "$mail" "YES, I am away until Monday." "Auto-Submitted: auto-replied"
	check "another vacation notice that answers it: auto_reply" 20 judged '"reason":"auto_reply"'
	status "vacation: nothing may be done" 77 sam authorize "$ticket" password-change --agent sam

	ticket=$(open_ticket gone@north.example web-bounce)
	check "a bounce is told on the ticket" 30 bounced "$ticket"
}
only_mail() { ! grep -q "^To:.*support+.*@desk" "$work"/daemon.log && [ -n "$1" ]; }
bounced() { sam ticket show "$1" | grep -q undeliverable; }

other_ways() {
	echo "Other ways in"
	swaks --server 127.0.0.20 --from ada@north.example --to info@desk.example --hide-all --header "Subject: By the alias" --body "Is web-3 up?"
	check "mail to an alias of the support address arrives" 20 filed "By the alias"
	swaks --server 127.0.0.20 --from ada@north.example --to support@desk.example --hide-all --header "Subject: By a list" \
		--header "List-Id: <talk.lists.example>" --header "Precedence: list" --body "YES"
	check "a list's mail is a machine's: list" 20 judged '"reason":"list"'
	swaks --server 127.0.0.20 --from ada@north.example --to support@desk.example --hide-all --header "Subject: Where is my invoice" --body "I can't find it."
	check "a customer's question opens a ticket" 20 filed "Where is my invoice"
}
filed() { sam ticket list | grep -q -- "$1"; }

# the_border tries [mailbox.trust] as two milters of one server need it.
the_border() {
	local ticket mail
	echo "What the border wrote"
	stop_daemon
	sed -i '/^reply_address/a\
[mailbox.trust]\
authserv_ids   = ["mx.desk.example"]\
below_received = 1' /etc/countersign/countersign.toml
	printf '[limits]\nnotices_per_contact_hour = 1000\n' >>/etc/countersign/countersign.toml
	status "check-config" 0 countersign check-config
	start_daemon || bad "the daemon does not start again"
	ticket=$(open_ticket ada@north.example web-border)
	mail=$(question ada@north.example "$ticket")
	answer_by_swaks ada@north.example "$mail" YES
	check "OpenDMARC's field above OpenDKIM's, one id: $ticket confirmed" 20 is_state "$ticket" confirmed
	check "SPF and DMARC are read from two fields" 10 border_read "$ticket"
	check "and mailbox test says so" 1 border_tested
}
border_read() {
	local mail
	mail=$(find "$(store support@desk.example)" -path '*/cur/*' -o -path '*/new/*' | xargs grep -ls "^Subject: Re: \[$1-" | head -n 1)
	{ countersign verify --again --json "$mail" || true; } | grep -Eq '"spf":"pass".*"dmarc":"pass"'
}

border_tested() { countersign mailbox test support | grep -q "ok .*trust .*as configured"; }

outages() {
	local ticket mail part answered
	echo "Each part away for a while"
	for part in dovecot unbound "opendkim desk" "postfix desk" daemon; do
		ticket=$(open_ticket ada@north.example "web-${part/ /-}")
		mail=$(question ada@north.example "$ticket")
		"stop_${part% *}" "${part#* }" >/dev/null 2>&1 || bad "$part does not stop"
		answer_by_swaks ada@north.example "$mail" YES && answered=yes || answered=
		sleep 2
		"start_${part% *}" "${part#* }" >/dev/null 2>&1 || bad "$part does not start again"
		[ -n "$answered" ] || answer_by_swaks ada@north.example "$mail" YES || bad "$part away: the answer is not taken"
		check "$part away: $ticket confirmed once it is back" 90 is_state "$ticket" confirmed
	done
}
