#!/usr/bin/env bash
# A Docker engine of its own for tests: private-docker.sh <empty directory> <name of a bridge> <address of the bridge>
# Needs root, dockerd and iproute2. Touches no other engine and no firewall: its own socket, data, bridge and cgroup.
# Reads one command per line and answers `ok <command>`: start, stop (SIGTERM), kill (SIGKILL), kill-containerd (the engine
# starts another one), freeze and thaw (SIGSTOP, SIGCONT). When its input ends, however that comes about, it stops the engine
# with all its containers and removes everything it made.
set -uo pipefail
export PATH="$PATH:/usr/sbin:/sbin"
dir=$1 bridge=$2 address=$3
config="$dir/daemon.json" pidfile="$dir/dockerd.pid" socket="$dir/docker.sock"
daemon=""

cat >"$config" <<JSON
{
  "data-root": "$dir/data",
  "exec-root": "$dir/exec",
  "pidfile": "$pidfile",
  "hosts": ["unix://$socket"],
  "bridge": "$bridge",
  "iptables": false,
  "ip6tables": false,
  "ip-forward": false,
  "ip-masq": false,
  "exec-opts": ["native.cgroupdriver=cgroupfs"],
  "cgroup-parent": "/$bridge",
  "live-restore": ${LIVE_RESTORE:-false},
  "shutdown-timeout": 2
}
JSON

start() {
  rm -f "$pidfile"
  dockerd --config-file "$config" >>"$dir/log" 2>&1 &
  daemon=$!
  for _ in $(seq 300); do
    if curl --silent --fail --unix-socket "$socket" http://engine/_ping >/dev/null; then return 0; fi
    kill -0 "$daemon" 2>/dev/null || break
    sleep 0.1
  done
  tail -n 20 "$dir/log" >&2
  return 1
}

# end <signal>
end() {
  if [ -z "$daemon" ]; then return 0; fi
  kill "-$1" "$daemon" 2>/dev/null
  wait "$daemon" 2>/dev/null
  daemon=""
  # Its containerd dies with it, a moment later; an engine that starts in between would wait for it in vain.
  local containerd
  containerd=$(cat "$dir/exec/containerd/containerd.pid" 2>/dev/null) || return 0
  for _ in $(seq 100); do
    kill -0 "$containerd" 2>/dev/null || break
    sleep 0.1
  done
}

kill_containerd() {
  local containerd
  containerd=$(cat "$dir/exec/containerd/containerd.pid") || return 0
  kill -KILL "$containerd" 2>/dev/null
  # An engine that is frozen leaves a zombie.
  for _ in $(seq 100); do
    grep --quiet '^State:[[:space:]]*[^ZX]' "/proc/$containerd/status" 2>/dev/null || break
    sleep 0.1
  done
}

clean() {
  trap '' INT TERM HUP
  # An engine that was killed has left containers, which only an engine of the same data finds again; live-restore would
  # leave them once more.
  sed -i 's/"live-restore": true/"live-restore": false/' "$config"
  if [ -n "$daemon" ]; then kill -CONT "$daemon" 2>/dev/null; fi
  end TERM
  start && end TERM
  awk -v dir="$dir/" 'index($2, dir) == 1 { print $2 }' /proc/mounts | sort -r | xargs --no-run-if-empty umount --lazy
  rm -rf "$dir"
  ip link delete "$bridge" 2>/dev/null
  find /sys/fs/cgroup -depth -type d -path "*/$bridge*" -exec rmdir {} + 2>/dev/null
}
trap clean EXIT
trap 'exit 1' INT TERM HUP

# Without an address of its own a bridge takes the lowest one of its ports, another one whenever containers come and go; those
# that know the old one are then heard by nobody, for a minute and more.
# shellcheck disable=SC2086 # four numbers
mac=$(printf '02:42:%02x:%02x:%02x:%02x' ${address//./ })
ip link add "$bridge" address "$mac" type bridge && ip addr add "$address/24" dev "$bridge" && ip link set "$bridge" up || exit 1
while read -r command; do
  case $command in
    start) start || exit 1 ;;
    stop) end TERM ;;
    kill) end KILL ;;
    kill-containerd) kill_containerd ;;
    freeze) kill -STOP "$daemon" ;;
    thaw) kill -CONT "$daemon" ;;
    *) echo "unknown command: $command" >&2; exit 2 ;;
  esac
  echo "ok $command"
done
