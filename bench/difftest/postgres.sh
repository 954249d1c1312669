#!/usr/bin/env bash
# Runs a command beside a PostgreSQL server that exists for it alone:
#
#	bench/difftest/postgres.sh COMMAND…
#
# The command finds the server's address, a URL, in ROLLCALL_POSTGRES. The server
# listens on a free port of 127.0.0.1 and keeps everything in a temporary folder;
# it is stopped and the folder removed when the command ends, however it ends. The
# exit status is the command's.
#
# The server is Debian's package. Where it is missing and this runs as root, it is
# installed; root's server runs as user postgres, since PostgreSQL refuses root.
set -euo pipefail

if [ $# -eq 0 ]; then
	echo 'usage: postgres.sh COMMAND…' >&2
	exit 2
fi

# newest_bin prints the folder of the newest server's programs, if there is one.
newest_bin() {
	printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1 | xargs -r dirname | grep -v '\*' || true
}

# install_server installs Debian's package, without the server that it would
# start by itself.
install_server() {
	if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
		echo 'postgres.sh: found no PostgreSQL server below /usr/lib/postgresql; on Debian: apt-get install postgresql' >&2
		exit 3
	fi
	echo 'postgres.sh: installing postgresql' >&2
	mkdir -p /etc/postgresql-common
	[ -e /etc/postgresql-common/createcluster.conf ] || echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf
	export DEBIAN_FRONTEND=noninteractive
	apt-get update -q >&2
	apt-get install -q -y --no-install-recommends -o Dpkg::Options::=--force-confold postgresql >&2
}

bin=$(newest_bin)
if [ -z "$bin" ]; then
	install_server
	bin=$(newest_bin)
fi

dir=$(mktemp -d "${TMPDIR:-/tmp}/rollcall-postgres.XXXXXX")
server=() # what goes in front of the server's programs
if [ "$(id -u)" -eq 0 ]; then
	chown postgres: "$dir"
	server=(runuser -u postgres --)
fi

child=
# cleanup ends the command, if it still runs, and the server, and removes all.
cleanup() {
	trap '' INT TERM HUP
	[ -z "$child" ] || kill -TERM -- "-$child" 2>/dev/null || true
	if [ -e "$dir/data/postmaster.pid" ]; then
		"${server[@]}" "$bin/pg_ctl" stop --pgdata="$dir/data" --mode=immediate --silent || true
	fi
	rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# The database sorts text as a language does and its sessions are in a zone of
# their own, so that SQL which leans on either fails here.
password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
(umask 077 && printf '%s\n' "$password" >"$dir/password")
[ ${#server[@]} -eq 0 ] || chown postgres: "$dir/password"
cd "$dir" # a folder that the server's user may enter
"${server[@]}" "$bin/initdb" --pgdata="$dir/data" --username=rollcall --pwfile="$dir/password" --auth=scram-sha-256 \
	--encoding=UTF8 --locale=C.UTF-8 --locale-provider=icu --icu-locale=en-US --no-sync >"$dir/initdb.log" 2>&1 ||
	{ cat "$dir/initdb.log" >&2; exit 3; }
cat >>"$dir/data/postgresql.conf" <<EOF
listen_addresses = '127.0.0.1'
unix_socket_directories = '$dir'
timezone = 'Asia/Kolkata'
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
jit = off
shared_buffers = 64MB
max_connections = 20
EOF

# A port may be taken by the time the server asks for it: then it is another one.
for attempt in 1 2 3 4 5; do
	port=$((20000 + RANDOM % 12000))
	if "${server[@]}" "$bin/pg_ctl" start --pgdata="$dir/data" --log="$dir/server.log" --silent --wait --options="-p $port"; then
		break
	elif [ "$attempt" -eq 5 ]; then
		cat "$dir/server.log" >&2
		exit 3
	fi
done
cd "$OLDPWD"
export ROLLCALL_POSTGRES="postgres://rollcall:$password@127.0.0.1:$port/postgres?sslmode=disable"

# The command gets a process group of its own, to be ended whole.
set -m
"$@" &
child=$!
set +m
status=0
wait "$child" || status=$?
child=
exit "$status"
