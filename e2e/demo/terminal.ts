/** Where the launcher tells what it does. */
export interface Terminal {
  /** Whether a person reads it. */
  readonly interactive: boolean
  /** Progress, warnings and deaths: to the terminal, else to stderr, so that stdout holds the result alone. */
  say(text: string): void
  /** The result. */
  tell(text: string): void
}

/** The terminal of this process. One that is closed meanwhile (a pipe whose reader went) is no fault. */
export function createTerminal(): Terminal {
  const interactive = process.stdout.isTTY
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  return {
    interactive,
    say: (text) => void (interactive ? process.stdout : process.stderr).write(`${text}\n`),
    tell: (text) => void process.stdout.write(text),
  }
}
