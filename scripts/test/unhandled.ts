/** An error that no test caught, as vitest tells it. */
export interface Unhandled {
  readonly message: string
  readonly cause?: Unhandled
}

/** What was wrong in the words that say most, those of the innermost cause, and the file that it belongs to, where they name one. */
export interface Placed {
  readonly words: string
  readonly file: string | undefined
}

/**
 * Finds the file of an error that no test caught: where the process of a file ends under it (a crash of native code), the innermost cause names the
 * file by its absolute path. `files` has the absolute paths and the names by which files are told.
 */
export function placeUnhandled(error: Unhandled, files: readonly { readonly path: string; readonly name: string }[]): Placed {
  if (error.cause !== undefined) return placeUnhandled(error.cause, files)
  const found = files.find(({ path }) => error.message.endsWith(path))
  return found === undefined
    ? { words: error.message, file: undefined }
    : { words: error.message.replace(found.path, found.name), file: found.name }
}
