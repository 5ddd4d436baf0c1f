import type { KubeObject, OwnerReference } from '../kube/objects.ts'

/** What says that an object was made for `owner`, and goes with it. */
export const ownedBy = ({ apiVersion, kind, metadata: { name, uid } }: KubeObject): readonly OwnerReference[] => [
  { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: false },
]

/** Whether an object was made for `owner`: for this one, not for another that had its name before. */
export const isOwnedBy = ({ metadata }: KubeObject, { metadata: { uid } }: KubeObject): boolean =>
  metadata.ownerReferences?.some((owner) => owner.uid === uid) ?? false
