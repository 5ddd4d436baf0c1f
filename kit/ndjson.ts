/** Content type of a stream of JSON values, one a line. */
export const ndjsonContentType = 'application/x-ndjson'

/**
 * Reads JSON values, one a line, from a byte stream. A line longer than `maxLineBytes` ends the stream with an error, so that a peer
 * cannot fill the memory; empty lines (keep-alive) are passed over.
 */
export async function* readNdjson(
  body: AsyncIterable<Uint8Array>,
  options: { maxLineBytes: number },
): AsyncGenerator<unknown, void> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of body) {
    rest += decoder.decode(chunk, { stream: true })
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) if (line.trim() !== '') yield JSON.parse(line) as unknown
    if (rest.length > options.maxLineBytes) throw new Error(`a line of more than ${options.maxLineBytes} bytes`)
  }
  if (rest.trim() !== '') yield JSON.parse(rest) as unknown
}

/** One value as a line of a stream. */
export function ndjsonLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`
}
