import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const prefix = 'parley-demo-'
const pidFile = 'launcher.pid'

/** Makes the folder that holds everything a run of the demo writes: keys, logs, the API's store. Only its owner may read it. */
export function makeStateFolder(parent: string = tmpdir()): string {
  const folder = mkdtempSync(join(parent, prefix))
  writeFileSync(join(folder, pidFile), String(process.pid))
  mkdirSync(join(folder, 'logs'))
  return folder
}

/** Removes the folder of a run and all in it; nothing happens when it is gone. */
export function removeStateFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

function launcherOf(folder: string): number | undefined {
  try {
    return Number(readFileSync(join(folder, pidFile), 'utf8'))
  } catch {
    return undefined
  }
}

/** Removes what runs left behind whose launcher was killed before it could clean up. Returns the folders that it removed. */
export function sweepStateFolders(parent: string = tmpdir()): readonly string[] {
  const folders = readdirSync(parent)
    .filter((name) => name.startsWith(prefix))
    .map((name) => join(parent, name))
  const stale = folders.filter((folder) => {
    const pid = launcherOf(folder)
    return pid !== undefined && !isRunning(pid)
  })
  stale.forEach(removeStateFolder)
  return stale
}
