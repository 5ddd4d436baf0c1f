import { fastify } from 'fastify'

/** The answer of a placement, as to size: what a server could answer at most that decides nothing. */
const answer = {
  result: 'placed',
  meeting: { namespace: 'default', name: 'meeting-1', incarnation: '01KB00000000000000000000Z0' },
  attachment: '01KB00000000000000000000Z1',
  node: 'node-1',
  region: 'eu-west',
  url: 'http://127.0.0.1:40000',
  grant: 'x'.repeat(700),
  turnUrls: [],
  decidedBy: 'operator',
  reason: 'least loaded of 32 in eu-west (load 0.01)',
}

const app = fastify()
app.post('/v1/namespaces/:namespace/meetings/:name/placements', () => answer)
const url = await app.listen({ host: '127.0.0.1', port: 0 })
process.stdout.write(`${JSON.stringify({ msg: 'bare server', url })}\n`)
