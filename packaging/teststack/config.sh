# shellcheck shell=bash
# The machine and what an administrator of its servers writes: desk.example, whose
# support mailbox countersign reads, and north.example, a customer's domain.
#
#   127.0.0.10  mail.desk.example    Postfix: border on 25, submission on 587;
#               OpenDKIM signs and verifies, OpenDMARC judges; Dovecot's LMTP
#   127.0.0.20  mail.north.example   Postfix that signs by OpenDKIM, Dovecot's LMTP
#                                    with Sieve
#   127.0.0.30  somebody else        from where forgeries come
#   127.0.0.1   unbound

# private_folders gives this namespace its own copies of all that is written to.
private_folders() {
	local dir
	mkdir "$work/etc"
	cp -a /etc/. "$work/etc/"
	mount --bind "$work/etc" /etc
	for dir in /run /tmp /var/lib /var/spool /var/mail /usr/local/bin; do
		case $dir in
		/tmp | "$(dirname "$work")") continue ;; # the work folder may lie there
		esac
		mount -t tmpfs -o mode=0755 tmpfs "$dir"
	done
	ip link set lo up
	for dir in 10 20 30; do ip address add 127.0.0.$dir/8 dev lo; done
	cat >/etc/hosts <<-TXT
		127.0.0.1 localhost
		127.0.0.10 mail.desk.example
		127.0.0.20 mail.north.example
	TXT
	echo "nameserver 127.0.0.1" >/etc/resolv.conf
	useradd --system --home-dir /nonexistent --shell /usr/sbin/nologin vmail 2>/dev/null || true
	install -d -o vmail -g vmail /var/mail/store
}

write_configs() {
	certificates
	opendkim_config desk 8891 127.0.0.10
	opendkim_config north 8892 "127.0.0.1, 127.0.0.20"
	opendmarc_config
	unbound_config
	dovecot_config
	postfix_desk
	postfix_north
}

# certificates: a private CA that this machine trusts, as its administrator would.
certificates() {
	local dir=/etc/ssl/teststack
	mkdir -p "$dir"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=Test CA" \
		-keyout "$dir/ca.key" -out "$dir/ca.pem" 2>/dev/null
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=mail.desk.example" \
		-keyout "$dir/key.pem" -out "$dir/req.pem" 2>/dev/null
	openssl x509 -req -in "$dir/req.pem" -CA "$dir/ca.pem" -CAkey "$dir/ca.key" -CAcreateserial -days 2 -out "$dir/cert.pem" \
		-extfile <(echo "subjectAltName=DNS:mail.desk.example,DNS:mail.north.example") 2>/dev/null
	mkdir -p /etc/ssl/certs
	cat "$dir/ca.pem" >>/etc/ssl/certs/ca-certificates.crt
}

opendkim_config() {
	local name=$1 port=$2 address=$3 dir=/etc/opendkim-$1
	mkdir -p "$dir"
	openssl genrsa -out "$dir/key.pem" 2048 2>/dev/null
	openssl rsa -in "$dir/key.pem" -pubout -outform DER 2>/dev/null | base64 -w0 >"$dir/public"
	chown -R opendkim "$dir"
	chmod 0600 "$dir/key.pem"
	cat >"$dir/opendkim.conf" <<-TXT
		Domain              $name.example
		Selector            s1
		KeyFile             $dir/key.pem
		Mode                sv
		Canonicalization    relaxed/simple
		OversignHeaders     From
		Socket              inet:$port@127.0.0.1
		UserID              opendkim
		UMask               007
		InternalHosts       $address
		AuthservID          mx.$name.example
		AlwaysAddARHeader   yes
		Nameservers         127.0.0.1
		Syslog              no
		PidFile             /run/opendkim-$name.pid
		SoftwareHeader      no
	TXT
}

opendmarc_config() {
	cat >/etc/opendmarc-desk.conf <<-TXT
		AuthservID          mx.desk.example
		TrustedAuthservIDs  mx.desk.example
		IgnoreAuthenticatedClients true
		RejectFailures      false
		SPFSelfValidate     true
		Socket              inet:8893@127.0.0.1
		UserID              opendmarc
		Syslog              false
		PidFile             /run/opendmarc-desk.pid
	TXT
}

unbound_config() {
	txt() { printf '  local-data: '"'"'%s TXT %s'"'"'\n' "$1" "$(fold -w 200 <<<"$2" | sed 's/.*/"&"/' | tr '\n' ' ')"; }
	{
		cat <<-TXT
			server:
			  interface: 127.0.0.1
			  username: unbound
			  directory: /run
			  chroot: ""
			  pidfile: /run/unbound.pid
			  use-syslog: no
			  logfile: /run/unbound.log
			  do-not-query-localhost: no
			  module-config: "iterator"
			  local-zone: "." static
		TXT
		for name in desk north; do
			local address=127.0.0.10
			[ $name = desk ] || address=127.0.0.20
			cat <<-TXT
				  local-data: '$name.example MX 10 mail.$name.example.'
				  local-data: 'mail.$name.example A $address'
				  local-data: '$name.example TXT "v=spf1 ip4:$address -all"'
				  local-data: '_dmarc.$name.example TXT "v=DMARC1; p=reject"'
			TXT
			txt "s1._domainkey.$name.example" "v=DKIM1; k=rsa; p=$(cat /etc/opendkim-$name/public)"
		done
		cat <<-TXT
			  local-data: 'lists.example MX 10 mail.desk.example.'
			remote-control:
			  control-enable: no
		TXT
	} >/etc/unbound-teststack.conf
}

dovecot_config() {
	local user
	for user in support@desk.example ada@north.example bea@north.example; do
		echo "$user:{PLAIN}secret-of-$user::::::"
	done >/etc/dovecot/users
	mkdir -p /etc/dovecot/sieve
	cat >/etc/dovecot/dovecot.conf <<-TXT
		protocols = imap lmtp
		listen = 127.0.0.10
		base_dir = /run/dovecot
		log_path = /run/dovecot.log
		ssl = required
		ssl_cert = </etc/ssl/teststack/cert.pem
		ssl_key = </etc/ssl/teststack/key.pem
		disable_plaintext_auth = yes
		mail_location = maildir:/var/mail/store/%d/%n
		mail_uid = vmail
		mail_gid = vmail
		first_valid_uid = 1
		recipient_delimiter = +
		postmaster_address = postmaster@desk.example
		hostname = mail.desk.example
		submission_host = 127.0.0.20:25
		passdb {
		  driver = passwd-file
		  args = username_format=%u /etc/dovecot/users
		}
		userdb {
		  driver = static
		  args = uid=vmail gid=vmail home=/var/mail/store/%d/%n
		}
		namespace inbox {
		  inbox = yes
		}
		service imap-login {
		  inet_listener imap {
		    port = 0
		  }
		}
		service lmtp {
		  unix_listener lmtp {
		    mode = 0666
		  }
		}
		service auth {
		  unix_listener auth-postfix {
		    mode = 0666
		  }
		}
		protocol lmtp {
		  mail_plugins = sieve
		}
		plugin {
		  sieve = file:~/sieve;active=~/active.sieve
		  sieve_vacation_min_period = 0
		}
	TXT
}

# postfix_common writes what both servers share: name, address, queue.
postfix_common() {
	local name=$1 address=$2 dir=$3
	mkdir -p "$dir" "/var/spool/postfix-$name" "/var/lib/postfix-$name"
	chown postfix "/var/lib/postfix-$name"
	cp /etc/postfix/postfix-files /etc/postfix/dynamicmaps.cf "$dir/" 2>/dev/null || true
	cat >"$dir/main.cf" <<-TXT
		compatibility_level = 3.6
		queue_directory = /var/spool/postfix-$name
		data_directory = /var/lib/postfix-$name
		myhostname = mail.$name.example
		mydomain = $name.example
		myorigin = $name.example
		mydestination =
		inet_interfaces = $address
		inet_protocols = ipv4
		smtp_bind_address = $address
		mynetworks = 127.0.0.1 $address
		recipient_delimiter = +
		virtual_mailbox_domains = $name.example
		virtual_mailbox_maps = texthash:$dir/mailboxes
		virtual_alias_maps = texthash:$dir/aliases
		virtual_transport = lmtp:unix:/run/dovecot/lmtp
		smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination
		smtp_tls_security_level = none
		smtp_host_lookup = dns
		disable_dns_lookups = no
		message_size_limit = 50000000
		maximal_backoff_time = 5s
		minimal_backoff_time = 2s
		queue_run_delay = 2s
		maillog_file = /var/spool/postfix-$name/maillog
		maillog_file_prefixes = /var
		biff = no
	TXT
	cat >"$dir/master.cf" <<-TXT
		smtp      inet  n - n - - smtpd
		pickup    unix  n - n 60 1 pickup
		cleanup   unix  n - n - 0 cleanup
		qmgr      unix  n - n 300 1 qmgr
		rewrite   unix  - - n - - trivial-rewrite
		bounce    unix  - - n - 0 bounce
		defer     unix  - - n - 0 bounce
		trace     unix  - - n - 0 bounce
		verify    unix  - - n - 1 verify
		proxymap  unix  - - n - - proxymap
		smtp      unix  - - n - - smtp
		relay     unix  - - n - - smtp
		error     unix  - - n - - error
		retry     unix  - - n - - error
		lmtp      unix  - - n - - lmtp
		anvil     unix  - - n - 1 anvil
		tlsmgr    unix  - - n 1000? 1 tlsmgr
		scache    unix  - - n - 1 scache
		postlog   unix-dgram n - n - 1 postlogd
	TXT
}

postfix_desk() {
	local dir=/etc/postfix
	postfix_common desk 127.0.0.10 $dir
	cat >>$dir/main.cf <<-TXT
		alternate_config_directories = /etc/postfix-north
		smtpd_milters = inet:127.0.0.1:8891, inet:127.0.0.1:8893
		non_smtpd_milters = inet:127.0.0.1:8891
		milter_default_action = tempfail
		smtpd_tls_cert_file = /etc/ssl/teststack/cert.pem
		smtpd_tls_key_file = /etc/ssl/teststack/key.pem
		smtpd_sasl_type = dovecot
		smtpd_sasl_path = /run/dovecot/auth-postfix
	TXT
	cat >>$dir/master.cf <<-TXT
		submission inet n - n - - smtpd
		  -o smtpd_tls_security_level=encrypt
		  -o smtpd_sasl_auth_enable=yes
		  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
		  -o smtpd_milters=inet:127.0.0.1:8891
		  -o milter_macro_daemon_name=ORIGINATING
	TXT
	echo "support@desk.example x" >$dir/mailboxes
	echo "info@desk.example support@desk.example" >$dir/aliases
}

postfix_north() {
	local dir=/etc/postfix-north
	postfix_common north 127.0.0.20 $dir
	cat >>$dir/main.cf <<-TXT
		smtpd_milters = inet:127.0.0.1:8892
		non_smtpd_milters = inet:127.0.0.1:8892
		milter_default_action = tempfail
	TXT
	printf '%s x\n' ada@north.example bea@north.example >$dir/mailboxes
	: >$dir/aliases
}
