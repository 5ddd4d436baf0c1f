import { GenericContainer, getContainerRuntimeClient } from 'testcontainers'

import { freePort } from '../../kit/freePorts.ts'
import { redisStands } from './redisPort.ts'
import type { RedisServer } from './redisServer.ts'

/** Who reaches the port comes from outside of the container, which Redis refuses by itself where it has no password. */
const command = ['redis-server', '--save', '', '--appendonly', 'no', '--bind', '0.0.0.0', '--protected-mode', 'no']

/** A container of `image`, by Testcontainers. */
export async function startRedisContainer(image: string): Promise<RedisServer> {
  const port = await freePort()
  const started = await new GenericContainer(image).withExposedPorts({ container: 6379, host: port }).withCommand(command).start()
  const container = (await getContainerRuntimeClient()).container.getById(started.getId())
  const url = `redis://${started.getHost()}:${port}`
  await redisStands(url)
  return {
    url,
    async start() {
      await container.start()
      await redisStands(url)
    },
    kill: () => container.kill({ signal: 'SIGKILL' }),
    stop: async () => void (await started.stop()),
  }
}
