/** Labels of the operator on media Pods; those of `pool` and `template` stand on MediaNodes too. */
export const podLabels = {
  /** The MediaNodePool. */
  pool: 'parley.media/pool',
  /** `on` from birth until the node is empty and takes nobody new, or its drain is over: the pool's budget lets no such Pod be evicted. */
  guard: 'parley.media/guard',
  /** `true` unless the node is being emptied; what the scale subresource counts. */
  serving: 'parley.media/serving',
  /** Hash of the template that the Pod was made from. */
  template: 'parley.media/template',
} as const

/** Labels by which every media Pod, and every budget, is found. */
export const mediaLabels = {
  'app.kubernetes.io/name': 'parley',
  'app.kubernetes.io/component': 'media',
  'app.kubernetes.io/managed-by': 'parley-operator',
} as const

/** The selector of what the operator makes beside its own kinds. */
export const mediaSelector = Object.entries(mediaLabels)
  .map(([label, value]) => `${label}=${value}`)
  .join(',')
