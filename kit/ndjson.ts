/** Content type of a stream of JSON values, one a line. */
export const ndjsonContentType = 'application/x-ndjson'

const newline = 0x0a
/** Room that is kept for the next line; what a longer one took is given back. */
const keptBytes = 64 * 1024
/** It keeps nothing between two calls. */
const decoder = new TextDecoder()
const noRoom = new Uint8Array(0)

/**
 * The bytes of a line that has not ended. However it is cut into chunks, each byte is copied twice at most on the average. Most lines end in the chunk in which
 * they begin, and need no room: memory outside of the heap that a short-lived reader takes brings the next full collection nearer.
 */
class OpenLine {
  #bytes = noRoom
  #length = 0

  get length(): number {
    return this.#length
  }

  append(part: Uint8Array): void {
    const length = this.#length + part.length
    if (length > this.#bytes.length) {
      const bytes = new Uint8Array(Math.max(length, 2 * this.#bytes.length))
      bytes.set(this.#bytes.subarray(0, this.#length))
      this.#bytes = bytes
    }
    this.#bytes.set(part, this.#length)
    this.#length = length
  }

  /** The line, of which this is the end. */
  endsWith(part: Uint8Array): string {
    if (this.#length === 0) return decoder.decode(part)
    this.append(part)
    const text = decoder.decode(this.#bytes.subarray(0, this.#length))
    this.#length = 0
    if (this.#bytes.length > keptBytes) this.#bytes = noRoom
    return text
  }
}

/** Cuts a byte stream into lines of text. One longer than `maxLineBytes` is an error, so that a peer cannot fill the memory. */
export class Lines {
  readonly #open = new OpenLine()
  readonly #maxLineBytes: number

  constructor({ maxLineBytes }: { maxLineBytes: number }) {
    this.#maxLineBytes = maxLineBytes
  }

  /** The lines that end in this chunk. It must be gone through to its end. */
  *in(chunk: Uint8Array): Generator<string, void> {
    let begin = 0
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, begin)) {
      const part = this.#allowed(chunk.subarray(begin, end))
      begin = end + 1
      yield this.#open.endsWith(part)
    }
    if (begin < chunk.length) this.#open.append(this.#allowed(chunk.subarray(begin)))
  }

  /** What came after the last line's end. */
  rest(): string {
    return this.#open.endsWith(noRoom)
  }

  #allowed(part: Uint8Array): Uint8Array {
    if (this.#open.length + part.length > this.#maxLineBytes) throw new Error(`a line of more than ${this.#maxLineBytes} bytes`)
    return part
  }
}

/** Reads JSON values, one a line, from a byte stream, cut as by {@link Lines}; empty lines (keep-alive) are passed over. */
export async function* readNdjson(
  body: AsyncIterable<Uint8Array>,
  options: { maxLineBytes: number },
): AsyncGenerator<unknown, void> {
  const lines = new Lines(options)
  for await (const chunk of body) for (const text of lines.in(chunk)) if (text.trim() !== '') yield JSON.parse(text) as unknown
  const rest = lines.rest()
  if (rest.trim() !== '') yield JSON.parse(rest) as unknown
}

/** One value as a line of a stream. */
export function ndjsonLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`
}
