/** RFC 3339 to the second, as Kubernetes writes metav1.Time. */
export function kubeTime(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`
}

/** The moment of such a text, in milliseconds; undefined where there is none, or it is no time. */
export function kubeTimeMs(text: string | undefined): number | undefined {
  const atMs = text === undefined ? Number.NaN : Date.parse(text)
  return Number.isNaN(atMs) ? undefined : atMs
}
