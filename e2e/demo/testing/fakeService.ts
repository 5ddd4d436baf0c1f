/**
 * A small stand-in for a process of the demo, for the tests of the launcher: answers 200 on the port that it is given, and starts a
 * process of its own, as media nodes start workers. `--stubborn` ignores SIGTERM, `--broken` ends at once.
 */
import { spawn } from 'node:child_process'
import { createServer } from 'node:http'

const [port = '0', mode = ''] = process.argv.slice(2)
if (mode === '--broken') {
  process.stderr.write('this service is broken\n')
  process.exit(3)
}
const helper = spawn('sleep', ['600'], { stdio: 'ignore' })
createServer((_request, response) => response.end(String(helper.pid))).listen(Number(port), '127.0.0.1')
process.on('SIGTERM', () => {
  if (mode === '--stubborn') return
  helper.kill()
  process.exit(0)
})
