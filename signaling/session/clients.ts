/** A client of this replica, as others see it. */
export interface Client {
  /** Another connection of this replica goes on with the client's session. */
  supersede(): void
  /** This replica stops. */
  stop(): void
}

/** The clients of this replica. */
export interface Clients {
  add(client: Client): void
  remove(client: Client): void
  /** Says who holds an attachment here now; who held it before is superseded. */
  claim(attachment: string, client: Client): void
  /** Lets it go, where this client still holds it. */
  release(attachment: string, client: Client): void
  readonly size: number
  stopAll(): void
}

/** Makes the registry. */
export function createClients(): Clients {
  const clients = new Set<Client>()
  const holders = new Map<string, Client>()

  return {
    add: (client) => void clients.add(client),
    remove: (client) => void clients.delete(client),
    claim(attachment, client) {
      const before = holders.get(attachment)
      holders.set(attachment, client)
      if (before !== client) before?.supersede()
    },
    release(attachment, client) {
      if (holders.get(attachment) === client) holders.delete(attachment)
    },
    get size() {
      return clients.size
    },
    stopAll() {
      for (const client of [...clients]) client.stop()
    },
  }
}
