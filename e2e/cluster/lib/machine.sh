# shellcheck shell=bash
# What a cluster needs of the machine and changes on it. Addresses, interface, cgroups and settings are the machine's, so it has
# one cluster at a time; what to set back stands in $claim, which outlives a cluster that was killed instead of taken down.

claim=/run/testcluster
cgroup=testcluster

check_machine() {
  ((EUID == 0)) || die 'nodes need root'
  [[ $(stat -fc %T /sys/fs/cgroup) != cgroup2fs ]] ||
    die 'this machine has cgroup v2 alone, and nodes are made for cgroup v1 or hybrid'
  [[ -d /sys/fs/cgroup/memory && -d /sys/fs/cgroup/cpuset ]] || die 'no memory or cpuset controller is mounted in /sys/fs/cgroup'
  unshare --net --mount --pid --uts --ipc --fork true 2>/dev/null || die 'this machine lets nobody make namespaces'
}

# The kubelet sets these for the whole machine.
kubelet_sysctls=(vm.overcommit_memory vm.panic_on_oom kernel.panic kernel.panic_on_oops
  kernel.keys.root_maxkeys kernel.keys.root_maxbytes)

# Where every node mounts folders of its own.
mount_points=(/var/lib/kubelet /var/lib/containerd /var/lib/cni /etc/cni/net.d /var/log/pods /var/log/containers)

claim_machine() {
  local owner
  owner=$(cat "$claim/owner" 2>/dev/null || true)
  [[ $owner == "$state" || ! -e /sys/class/net/$host_link ]] ||
    die "another cluster is up; TESTCLUSTER_STATE=$owner $self down ends it"
  mkdir -p "$claim"
  echo "$state" >"$claim/owner"
  [[ -e $claim/sysctls ]] || sysctl "${kubelet_sysctls[@]}" >"$claim/sysctls"
  make_mount_points
}

release_machine() {
  [[ $(cat "$claim/owner" 2>/dev/null) == "$state" ]] || return 0
  sysctl -q -p "$claim/sysctls"
  wait_for 30 'the cgroups to be empty' remove_cgroups
  # The youngest first; what somebody else has put something into stays.
  tac "$claim/folders" 2>/dev/null | xargs -r rmdir --ignore-fail-on-non-empty
  rm -rf "$claim"
}

make_mount_points() {
  local point
  for point in "${mount_points[@]}"; do make_folder "$point"; done
}

make_folder() { # PATH: with its parents; those that are new are kept in mind
  [[ ! -d $1 ]] || return 0
  make_folder "$(dirname "$1")"
  mkdir "$1"
  echo "$1" >>"$claim/folders"
}

make_cgroups() { # N
  local controller folder file
  for controller in /sys/fs/cgroup/*/; do
    mkdir -p "$controller$cgroup/node-$1"
  done
  # A new cpuset is empty until told otherwise.
  for folder in "/sys/fs/cgroup/cpuset/$cgroup"{,"/node-$1"}; do
    for file in cpuset.cpus cpuset.mems; do cat "$folder/../$file" >"$folder/$file"; done
  done
}

remove_cgroups() {
  local folder
  for folder in /sys/fs/cgroup/*/"$cgroup"; do
    [[ ! -e $folder ]] || find "$folder" -depth -type d -exec rmdir {} + || return
  done
}
