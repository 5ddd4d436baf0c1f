import { movedAwayMs } from '../../../sfu/api/move.ts'

/** Who was told to leave a fake media node and is on it still: their media stays until a little after they are back elsewhere. By attachment. */
export class FakeMoving {
  readonly #ends = new Map<string, { readonly atMs: number; readonly isBack: boolean }>()

  has(attachment: string): boolean {
    return this.#ends.has(attachment)
  }

  told(attachment: string, nowMs: number): void {
    this.#ends.set(attachment, { atMs: nowMs + movedAwayMs.withoutPlace, isBack: false })
  }

  /** Those whose time is over. `here` tells who is on the node, and whether they are in their meeting elsewhere by now; the others are forgotten. */
  over(here: ReadonlyMap<string, boolean>, nowMs: number): ReadonlySet<string> {
    for (const [attachment, { isBack }] of this.#ends) {
      if (!here.has(attachment)) this.#ends.delete(attachment)
      else if (!isBack && here.get(attachment) === true)
        this.#ends.set(attachment, { atMs: nowMs + movedAwayMs.beside, isBack: true })
    }
    return new Set([...this.#ends].filter(([, { atMs }]) => atMs <= nowMs).map(([attachment]) => attachment))
  }

  clear(): void {
    this.#ends.clear()
  }
}
