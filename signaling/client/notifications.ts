import type { Incoming } from '../../kit/peer.ts'
import type { ClientNotifications } from '../api/protocol.ts'
import { withMessage } from './chat.ts'
import type { LifeEvent } from './life.ts'
import type { MediaDesk } from './mediaDesk.ts'
import { withRoster, withSpeakers } from './room.ts'
import type { Store } from './store.ts'

type Handlers = { readonly [Name in keyof ClientNotifications]: (data: ClientNotifications[Name]) => void }

/** Options of {@link createNotifications}. */
export interface NotificationsOptions {
  readonly store: Store
  readonly media: Pick<MediaDesk, 'rosterChanged' | 'consumerClosed' | 'consumerMoved' | 'transportState' | 'nodeReached'>
  readonly onLife: (event: LifeEvent) => void
  readonly onReaction: (reaction: ClientNotifications['reaction']) => void
}

/** Makes what takes the server's notifications. An unknown one is of a later version and is left alone. */
export function createNotifications(options: NotificationsOptions): (incoming: Incoming) => void {
  const { store, media, onLife } = options
  const handlers: Handlers = {
    roster(step) {
      const next = withRoster(store.state, step)
      if (next === 'gap') return onLife({ type: 'rosterGap' })
      store.update(() => next)
      media.rosterChanged()
    },
    speakers: (speakers) => store.update((state) => withSpeakers(state, speakers)),
    chat: (message) => store.update((state) => ({ ...state, chat: withMessage(state.chat, message) })),
    reaction: options.onReaction,
    session({ state, why, reason, excludeNodes = [] }) {
      if (state === 'rejoin') return onLife({ type: 'rejoinOrdered', why, excludeNodes, reason })
      store.update((current) => ({ ...current, session: { state, why } }))
      media.nodeReached(state === 'live')
    },
    waiting: ({ position, why }) => onLife({ type: 'queued', position, why }),
    closed: ({ code, why }) => onLife({ type: 'ended', code, why }),
    consumerClosed: ({ consumerId }) => media.consumerClosed(consumerId),
    consumerMoved: ({ consumerId }) => media.consumerMoved(consumerId),
    consumerLayers: () => undefined,
    transportState: (transport) => media.transportState(transport),
  }
  return ({ method, data }) => {
    if (Object.hasOwn(handlers, method)) handlers[method as keyof Handlers](data as never)
  }
}
