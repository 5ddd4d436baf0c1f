/** Rows of numbers, one after the other in one dense list, all 0 at first. Cells are found by `row * width + column`. */
export class NumberTable {
  readonly width: number
  #cells: Float64Array
  #rows = 0

  constructor(width: number) {
    this.width = width
    this.#cells = new Float64Array(64 * width)
  }

  /** All cells as they stand until rows are added: for those who read many of them at once. */
  get cells(): Float64Array {
    return this.#cells
  }

  /** Adds rows at the end; the number of the first. */
  addRows(count: number): number {
    const first = this.#rows
    this.#rows += count
    if (this.#rows * this.width > this.#cells.length) {
      const cells = new Float64Array(Math.max(2 * this.#cells.length, this.#rows * this.width))
      cells.set(this.#cells)
      this.#cells = cells
    }
    return first
  }

  at(cell: number): number {
    return this.#cells[cell] ?? 0
  }

  set(cell: number, value: number): void {
    this.#cells[cell] = value
  }

  add(cell: number, value: number): void {
    this.#cells[cell] = this.at(cell) + value
  }
}
