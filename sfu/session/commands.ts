import { checked } from '../../kit/http.ts'
import { sfuErrors } from '../api/errors.ts'
import { sessionRequests, type SessionRequest, type SessionResponses } from '../api/session.ts'
import type { CommandMethod } from '../api/sessionClient.ts'
import type { Session } from './session.ts'

type Command<Method extends CommandMethod> = (session: Session, data: SessionRequest<Method>) => Promise<SessionResponses[Method]>

const done = {} as const

/** What an open session can be told to do. Its data was checked against the contract before. */
const commands: { readonly [Method in CommandMethod]: Command<Method> } = {
  createTransport: ({ transports }, data) => transports.create(data),
  async connectTransport({ transports }, { transportId, dtlsParameters }) {
    await transports.connect(transportId, dtlsParameters)
    return done
  },
  restartIce: async ({ transports }, { transportId }) => ({ iceParameters: await transports.get(transportId).restartIce() }),
  async closeTransport({ transports, consumers }, { transportId }) {
    const transport = transports.get(transportId)
    consumers.closeOf(transportId)
    transport.close()
    return done
  },
  produce: ({ producers }, data) => producers.produce(data),
  async pauseProducer({ producers }, { producerId }) {
    await producers.pause(producerId)
    return done
  },
  async resumeProducer({ producers }, { producerId }) {
    await producers.resume(producerId)
    return done
  },
  async closeProducer({ producers }, { producerId }) {
    producers.closeOne(producerId)
    return done
  },
  consume: ({ consumers }, data) => consumers.consume(data),
  async pauseConsumer({ consumers }, { consumerId }) {
    await consumers.get(consumerId).pause()
    return done
  },
  async resumeConsumer({ consumers }, { consumerId }) {
    await consumers.get(consumerId).resume()
    return done
  },
  async closeConsumer({ consumers }, { consumerId }) {
    consumers.closeOne(consumerId)
    return done
  },
  async setPreferredLayers({ consumers }, { consumerId, spatialLayer, temporalLayer }) {
    await consumers.get(consumerId).setPreferredLayers({ spatialLayer, temporalLayer })
    return done
  },
  async requestKeyFrame({ consumers }, { consumerId }) {
    await consumers.get(consumerId).requestKeyFrame()
    return done
  },
}

function isCommand(method: string): method is CommandMethod {
  return Object.hasOwn(commands, method)
}

/** Runs a command with data as it came in; raises `unknown_method` and `invalid` before anything is touched. */
export async function runCommand(session: Session, method: string, data: unknown): Promise<unknown> {
  if (!isCommand(method)) throw sfuErrors.raise.unknown_method({}, { field: 'method' })
  const command = commands[method] as (session: Session, data: unknown) => Promise<unknown>
  return command(session, checked(sessionRequests[method], data, 'data'))
}
