/** RFC 3339 to the second, as Kubernetes writes metav1.Time. */
export function kubeTime(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`
}
