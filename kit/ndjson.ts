/** Content type of a stream of JSON values, one a line. */
export const ndjsonContentType = 'application/x-ndjson'

const newline = 0x0a
/** Room that is kept for the next line; what a longer one took is given back. */
const keptBytes = 64 * 1024

/** The bytes of a line that has not ended. However it is cut into chunks, each byte is copied twice at most on the average. */
class OpenLine {
  readonly #decoder = new TextDecoder()
  #bytes = new Uint8Array(keptBytes)
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

  /** The line, which ends here. */
  take(): string {
    const text = this.#decoder.decode(this.#bytes.subarray(0, this.#length))
    this.#length = 0
    if (this.#bytes.length > keptBytes) this.#bytes = new Uint8Array(keptBytes)
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
      this.#append(chunk.subarray(begin, end))
      begin = end + 1
      yield this.#open.take()
    }
    this.#append(chunk.subarray(begin))
  }

  /** What came after the last line's end. */
  rest(): string {
    return this.#open.take()
  }

  #append(part: Uint8Array): void {
    if (this.#open.length + part.length > this.#maxLineBytes) throw new Error(`a line of more than ${this.#maxLineBytes} bytes`)
    this.#open.append(part)
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
