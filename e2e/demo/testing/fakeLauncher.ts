/** Starts one stand-in service as the launcher would, tells its pid, and stays: for the test that kills a launcher. */
import { startNode } from '../child.ts'

const [port = '0'] = process.argv.slice(2)
const entry = new URL('./fakeService.ts', import.meta.url).pathname
const child = startNode({ name: 'service', entry, args: [port], env: {}, readyUrl: '' }, () => undefined)
process.stdout.write(`${child.pid}\n`)
