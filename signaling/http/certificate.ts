import type { Server } from 'node:tls'

import type { Clock, Timer } from '../../kit/clock.ts'
import { followFiles } from '../../kit/followedFiles.ts'
import type { Log } from '../../kit/log.ts'
import type { FollowedFile } from '../settingTypes.ts'

/**
 * Lets a server show a renewed certificate to whoever connects from then on; connections that are there stay. A key that does not fit its
 * certificate (one of the two was read before it was changed) is not taken, and both are looked at again.
 */
export function followCertificate(
  server: Pick<Server, 'setSecureContext'>,
  options: { readonly key: FollowedFile; readonly cert: FollowedFile; readonly clock: Clock; readonly log: Log },
): Timer {
  const { key, cert, clock, log } = options
  return followFiles({
    paths: [key.path, cert.path],
    texts: [key.text, cert.text],
    take: ([newKey = '', newCert = '']) => server.setSecureContext({ key: newKey, cert: newCert }),
    ...{ clock, log },
  })
}
