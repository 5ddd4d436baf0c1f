import type { Draft, KindRef, KubeObject, MergePatch, ObjectPatch, ObjectRef, StatusOf } from '../objects.ts'

/** What narrows a list or a watch. Without `namespace` it spans all of them. */
export interface Selection {
  readonly namespace?: string | undefined
  readonly labelSelector?: string | undefined
  readonly fieldSelector?: string | undefined
}

/** What a list needs beside its selection. */
export interface ListOptions extends Selection {
  /** Objects a page; the whole list is read page by page, all at the version of the first. 500 unless told otherwise. */
  readonly pageSize?: number
  /** `0` takes what the server has in its cache; absent reads the newest. */
  readonly resourceVersion?: string
}

/** One consistent list and the version at which a watch continues it. */
export interface ObjectList<T extends KubeObject> {
  readonly items: readonly T[]
  readonly resourceVersion: string
}

/** What a watch needs beside its selection: the version after which it begins. */
export interface WatchOptions extends Selection {
  readonly resourceVersion: string
}

/** One change. A bookmark carries no object, only how far the watch has come. */
export type WatchEvent<T extends KubeObject> =
  | { readonly type: 'added' | 'modified' | 'deleted'; readonly object: T }
  | { readonly type: 'bookmark'; readonly resourceVersion: string }

/** What must still hold for a write to happen; else it is refused with `conflict`. */
export interface Preconditions {
  /** The object still has this version. */
  readonly resourceVersion?: string | undefined
  /** It is still this object; one that was deleted and made again is another. */
  readonly uid?: string | undefined
}

/** A merge patch, and when to refuse it. */
export interface Change<Patch> extends Preconditions {
  readonly patch: Patch
  readonly signal?: AbortSignal | undefined
}

/** A merge patch of a status. Only the version can guard it: a real server looks at no uid in it. */
export type StatusChange<Patch> = Omit<Change<Patch>, 'uid'>

/** How to delete: compare and delete. */
export interface DeleteOptions extends Preconditions {
  readonly gracePeriodSeconds?: number | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * The whole of Kubernetes as the operator sees it. Everything else in `operator/` reads and writes through it, so that the same code
 * runs against the embedded API, a real API server, and a fake with faults.
 *
 * Every call rejects with an {@link ApiError}, or with the signal's reason when `signal` aborts. A rejection with `ambiguous` set
 * leaves open whether the write happened. Reads are repeated inside a bound, writes only where the server surely refused to begin.
 */
export interface ApiPort {
  /** Reads all objects of a selection, page by page. */
  list<T extends KubeObject>(kind: KindRef<T>, options: ListOptions, signal?: AbortSignal): Promise<ObjectList<T>>
  /** Reads one object from the server itself, never from a cache. */
  get<T extends KubeObject>(kind: KindRef<T>, ref: ObjectRef, signal?: AbortSignal): Promise<T>
  /** Makes an object; `alreadyExists` when its name is taken. `apiVersion` and `kind` come from `kind`. */
  create<T extends KubeObject, A>(kind: KindRef<T, A>, object: Draft<A>, signal?: AbortSignal): Promise<T>
  /** Changes an object but for its status. */
  mergePatch<T extends KubeObject, A>(kind: KindRef<T, A>, ref: ObjectRef, change: Change<ObjectPatch<A>>): Promise<T>
  /** Changes the status of an object and nothing else. */
  patchStatus<T extends KubeObject>(kind: KindRef<T>, ref: ObjectRef, change: StatusChange<MergePatch<StatusOf<T>>>): Promise<T>
  /** Deletes an object. Its graceful end may take longer than the call. */
  delete(kind: KindRef, ref: ObjectRef, options?: DeleteOptions): Promise<void>
  /**
   * Streams changes, with a bookmark about once a minute. It ends when the server closes it (begin again at the last version seen)
   * and throws `gone` when that version is too old (list again). The generator's `return()` and `signal` both close the connection.
   */
  watch<T extends KubeObject>(kind: KindRef<T>, options: WatchOptions, signal: AbortSignal): AsyncIterable<WatchEvent<T>>
}
