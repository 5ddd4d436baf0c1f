# shellcheck shell=bash
# Processes of the cluster by name: run/NAME.pid, log/NAME.log.

pid_of() { cat "$state/run/$1.pid" 2>/dev/null; }

# ours PID: it runs (a zombie does not), and its number was not given to another's process.
ours() { grep -qsxz "TESTCLUSTER_STATE=$state" "/proc/$1/environ"; }

alive() { # NAME
  local pid
  pid=$(pid_of "$1") && ours "$pid"
}

wait_for() { # SECONDS WHAT COMMAND...
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || die "timed out waiting for $what; logs are in $state/log"
    sleep 0.1
  done
}

wait_gone() { # PID: up to a minute, which a killed node with many mounts may take on a busy machine
  local try
  for ((try = 0; try < 600; try++)); do
    ours "$1" || return 0
    sleep 0.1
  done
  return 1
}

start() { # NAME COMMAND...
  local name=$1
  shift
  alive "$name" && return
  mkdir -p "$state/run" "$state/log"
  setsid "$@" >>"$state/log/$name.log" 2>&1 </dev/null &
  echo $! >"$state/run/$name.pid"
}

# What a cluster holds is thrown away, so nothing is asked to end in order.
kill_now() { # NAME
  local pid
  if alive "$1"; then
    pid=$(pid_of "$1")
    kill -KILL "$pid"
    wait_gone "$pid" || die "$1 does not end"
  fi
  rm -f "$state/run/$1.pid"
}
